import { createPrivateKey, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { createFileValue, type FileTexts } from '../base/watched-file.ts';

/** A serving certificate chain and its key, PEM. */
export interface CertificatePair {
  readonly cert: string;
  readonly key: string;
  /** Of the leaf; ms since epoch. */
  readonly notBefore: number;
  readonly notAfter: number;
}

/** Where a server's certificate comes from. The server asks, and is told of changes; it knows nothing of files. */
export interface CertificateSource {
  /** undefined until there is one: handshakes fail until then */
  current(): CertificatePair | undefined;
  onChange(listener: (pair: CertificatePair) => void): void;
  /** What is wrong though there may be a pair that serves; undefined where nothing is. */
  problem?(): string | undefined;
  stop(): void;
}

/** It was good at the start, so there is one at any time. */
export interface FileCertificate extends CertificateSource {
  current(): CertificatePair;
}

export type CertificateEvent =
  | { readonly kind: 'reloaded'; readonly notAfter: number }
  | { readonly kind: 'refused'; readonly problem: string };

export interface FileCertificateOptions {
  readonly certPath: string;
  readonly keyPath: string;
  /** ms between two looks at the files */
  readonly interval: number;
  readonly report: (event: CertificateEvent) => void;
}

/**
 * Serves the pair in two files, and the new one soon after they change. A pair that does not fit together, as there is
 * for a moment between two writes, or that is broken, is refused and the one before stays.
 * @throws ConfigurationError that says which file is wrong, at the first reading
 */
export async function createFileCertificate(options: FileCertificateOptions): Promise<FileCertificate> {
  const { certPath, keyPath, interval, report } = options;
  const pair = await createFileValue({
    paths: [certPath, keyPath],
    interval,
    read: (texts) => checkPair(texts, options),
    report(event) {
      report(event.kind === 'refused' ? event : { ...event, notAfter: pair.current().notAfter });
    },
  });
  return { ...pair, problem: () => pair.problem() && `${pair.problem()}: the pair before stays` };
}

/** @throws Error that says which of the two files is wrong */
export function checkPair(
  [cert, key]: FileTexts,
  { certPath, keyPath }: Pick<FileCertificateOptions, 'certPath' | 'keyPath'>,
): CertificatePair {
  if (cert === undefined || key === undefined) {
    const missing = [
      ...(cert === undefined ? [`TLS certificate file ${certPath} does not exist`] : []),
      ...(key === undefined ? [`TLS key file ${keyPath} does not exist`] : []),
    ];
    throw new Error(missing.join('; '));
  }
  const leaf = readLeaf(cert, certPath);
  try {
    // A context takes an empty key for none at all, so the key is looked at by itself, too.
    if (!leaf.checkPrivateKey(createPrivateKey(key)))
      throw new Error('the key is that of another certificate');
    createSecureContext({ cert, key });
  } catch (cause) {
    throw new Error(
      `TLS certificate ${certPath} and key ${keyPath} do not make a pair, or the key is no PEM key`,
      { cause },
    );
  }
  return { cert, key, notBefore: leaf.validFromDate.getTime(), notAfter: leaf.validToDate.getTime() };
}

function readLeaf(cert: string, path: string): X509Certificate {
  try {
    return new X509Certificate(cert);
  } catch (cause) {
    throw new Error(`TLS certificate file ${path} holds no PEM certificate`, { cause });
  }
}

/** Why a certificate must not be called ready now, or undefined. */
export function describeInvalidity(
  { notBefore, notAfter }: CertificatePair,
  now: number,
): string | undefined {
  if (now < notBefore) return `the certificate is not valid before ${new Date(notBefore).toISOString()}`;
  return now > notAfter ? `the certificate expired at ${new Date(notAfter).toISOString()}` : undefined;
}
