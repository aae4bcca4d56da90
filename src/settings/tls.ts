import { listGoCipherNames, type TlsVersion, toOpenSslCipher, toTlsVersion } from '../go/tls-names.ts';
import type { Problems } from './checks.ts';

export interface TlsSettings {
  readonly minVersion: TlsVersion;
  /** OpenSSL names for TLS 1.2 and below; empty: the default list. */
  readonly ciphers: readonly string[];
}

/** Reads `--tls-min-version` and `--tls-cipher-suites`, both by Go's names. */
export function readTlsSettings(
  flags: { readonly 'tls-min-version': string; readonly 'tls-cipher-suites': string },
  problems: Problems,
  remarks: string[],
): TlsSettings {
  const version = flags['tls-min-version'];
  const minVersion = version === '' ? 'TLSv1.2' : toTlsVersion(version);
  if (minVersion === undefined) {
    problems.push(
      `--tls-min-version=${version.slice(0, 40)} is unknown: give 1.2, 1.3, VersionTLS12 or VersionTLS13`,
    );
  }
  const ciphers = readCiphers(flags['tls-cipher-suites'], problems, remarks);
  return { minVersion: minVersion ?? 'TLSv1.2', ciphers };
}

function readCiphers(list: string, problems: Problems, remarks: string[]): string[] {
  const ciphers: string[] = [];
  const names = list.split(',').map((name) => name.trim());
  for (const name of names.filter((item) => item !== '')) {
    const cipher = toOpenSslCipher(name);
    if (cipher === undefined) {
      problems.push(
        `--tls-cipher-suites: ${name.slice(0, 60)} is unknown; known are ${listGoCipherNames().join(', ')}`,
      );
    } else if (cipher === '') {
      remarks.push(`--tls-cipher-suites: ${name} is left out, OpenSSL no longer has it`);
    } else {
      ciphers.push(cipher);
    }
  }
  if (ciphers.length === 0 && remarks.some((remark) => remark.startsWith('--tls-cipher-suites'))) {
    problems.push('--tls-cipher-suites names only suites that OpenSSL no longer has: add a current one');
  }
  return ciphers;
}
