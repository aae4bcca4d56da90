import { X509Certificate } from 'node:crypto';
import { ExplainedError, toError } from '../base/errors.ts';
import { readTextFile } from '../base/text-file.ts';

const MAX_BYTES = 1024 * 1024;

/** A file of PEM certificates that a flag names. @throws Error with the name of the file */
export async function readAuthorities(path: string): Promise<string> {
  const pem = await readTextFile(path, MAX_BYTES);
  try {
    return checkAuthorities(pem);
  } catch (cause) {
    throw new ExplainedError(`${path}: ${toError(cause).message}`, { cause });
  }
}

/**
 * Node goes on with a text that has no certificate, and then trusts nobody: whoever is refused would look for the fault
 * elsewhere.
 * @returns the text
 */
export function checkAuthorities(pem: string): string {
  try {
    new X509Certificate(pem);
    return pem;
  } catch (cause) {
    throw new ExplainedError('it holds no PEM certificate: give those of the authorities', { cause });
  }
}
