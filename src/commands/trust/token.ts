import type { Readable } from 'node:stream';
import { describeError } from '../../base/errors.ts';
import { readTextFile } from '../../base/text-file.ts';
import { readJson } from '../../json/read.ts';
import { isRecord, type JsonRecord } from '../../json/record.ts';

export type DecodedToken =
  | { readonly kind: 'claims'; readonly claims: JsonRecord }
  /** A sentence that has nothing of the token in it. */
  | { readonly kind: 'problem'; readonly problem: string };

/** STS takes 20,000 characters. */
const MAX_TOKEN = 20_000;

/** The claims of the JWT in a file, or on standard input where it is `-`; as {@link decodeToken} has it. */
export async function readToken(path: string, input: Readable): Promise<DecodedToken> {
  try {
    return decodeToken(await readTextFile(path, 4 * MAX_TOKEN, input));
  } catch (error) {
    return { kind: 'problem', problem: describeError(error) };
  }
}

/** The claims of a JWT, decoded and no more: whether it is signed, and in force, is for `iam-bridge verify` to say. */
export function decodeToken(text: string): DecodedToken {
  const token = text.trim();
  const [, payload = '', ...rest] = token.split('.');
  if (token.length > MAX_TOKEN || rest.length !== 1 || !/^[\w-]+$/.test(payload)) {
    const problem = 'it is no JWT: give three parts of base64url with dots between them';
    return { kind: 'problem', problem };
  }
  const reading = readJson(Buffer.from(payload, 'base64url').toString('utf8'));
  if (reading.kind === 'malformed') return { kind: 'problem', problem: `its claims: ${reading.problem}` };
  if (!isRecord(reading.value)) return { kind: 'problem', problem: 'its claims are no JSON object' };
  if (reading.duplicates.length > 0) {
    return { kind: 'problem', problem: 'it has a claim twice, and no reader can tell which one counts' };
  }
  return { kind: 'claims', claims: reading.value };
}
