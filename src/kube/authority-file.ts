import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { describeError, ExplainedError, readErrorCode } from '../base/errors.ts';

const BEGIN = /-----BEGIN CERTIFICATE-----/g;
const END = /-----END CERTIFICATE-----/g;

/**
 * The authorities of an API server, PEM, in a file that is replaced as they are rotated.
 * @param before what was read of it last; only whole certificates replace that
 * @returns undefined where the file is missing or empty, and was so before: client-go does without it, too
 * @throws Error that names the file
 */
export async function readAuthorityFile(
  path: string,
  before: string | undefined,
): Promise<string | undefined> {
  const pem = await readText(path);
  // Without them the public roots would be trusted instead.
  if (before !== undefined && (pem === undefined || !holdsCertificates(pem)))
    throw new ExplainedError(`${path}: holds no PEM certificates any more`);
  return pem;
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return (await readFile(path, 'utf8')).trim() || undefined;
  } catch (error) {
    if (readErrorCode(error) === 'ENOENT') return undefined;
    throw new ExplainedError(`cannot read ${path}: ${describeError(error)}`, { cause: error });
  }
}

/** A file that is being written may end within a certificate. */
function holdsCertificates(pem: string): boolean {
  try {
    new X509Certificate(pem);
    return pem.match(BEGIN)?.length === pem.match(END)?.length;
  } catch {
    return false;
  }
}
