import { getCACertificates } from 'node:tls';
import { ConfigurationError, toError } from '../base/errors.ts';
import { readAuthorities } from './authorities.ts';

/**
 * Whom calls to AWS trust: what Node trusts, what the system trusts (and SSL_CERT_FILE, SSL_CERT_DIR), and one file more,
 * for corporate proxies and isolated partitions.
 * @param bundle as flag, variable or profile name it; absent or '' where none does
 * @returns PEM; undefined where that is what Node trusts anyway: reading its own again takes a tenth of a second
 * @throws ConfigurationError with who named the file
 */
export async function readAwsAuthorities(
  bundle: { readonly by: string; readonly path: string } | undefined,
): Promise<readonly string[] | undefined> {
  const own = getCACertificates('default');
  const known = new Set(own);
  const more = getCACertificates('system').filter((pem) => !known.has(pem));
  if (bundle !== undefined) {
    try {
      more.push(await readAuthorities(bundle.path));
    } catch (cause) {
      throw new ConfigurationError(`${bundle.by}: ${toError(cause).message}`, { cause });
    }
  }
  return more.length === 0 ? undefined : [...own, ...more];
}
