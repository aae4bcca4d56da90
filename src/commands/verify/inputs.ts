import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { toError } from '../../base/errors.ts';
import { quoteWord } from '../../base/shell.ts';
import { readTextFile } from '../../base/text-file.ts';
import { type KeySet, MAX_KEY_SET_BYTES, readKeySet } from '../../issuer/keys/key-set.ts';
import { showPlain } from '../../trust/policy/problem.ts';
import { readTrustPolicy, type TrustPolicy } from '../../trust/policy.ts';
import { looksLikePath, unwrapToken } from '../../web-identity/token/wrapping.ts';
import { readAuthorities } from '../authorities.ts';
import { readTokenFile } from '../token-file.ts';
import type { VerifyPlan } from './plan.ts';

/** What the plan names, read. */
export interface VerifyInputs {
  readonly token: string;
  /** What was around it where it was typed or piped, and is none of it; each follows on "the token came". */
  readonly layers: readonly string[];
  readonly keySet: KeySet | undefined;
  readonly ca: string | undefined;
  readonly policy: TrustPolicy | undefined;
}

/** @returns the inputs, or all that is wrong with them */
export async function readInputs(
  plan: VerifyPlan,
  argument: string | undefined,
  input: Readable,
): Promise<VerifyInputs | readonly string[]> {
  const problems: string[] = [];
  const attempt = async <Value>(what: string, read: () => Promise<Value>): Promise<Value | undefined> => {
    try {
      return await read();
    } catch (error) {
      problems.push(`${what}: ${toError(error).message}`);
      return undefined;
    }
  };
  const { jwks, ca, sts } = plan;
  const token = await attempt('the token', () => readToken(plan.token, argument, input));
  const keySet = jwks === undefined ? undefined : await attempt('--jwks', () => readKeys(jwks));
  const authority = ca === undefined ? undefined : await attempt('--ca', () => readAuthorities(ca));
  const policy = sts && (await attempt('--policy', () => readPolicy(sts.policy)));
  if (problems.length > 0 || token === undefined) return problems;
  return { ...token, keySet, ca: authority, policy };
}

async function readToken(
  token: VerifyPlan['token'],
  argument: string | undefined,
  input: Readable,
): Promise<Pick<VerifyInputs, 'token' | 'layers'>> {
  // As it is, with a line break at its end: so would an SDK send it.
  if (token.from === 'file') return { token: await readTokenFile(token.path), layers: [] };
  // Here the line break is the shell's.
  if (token.from === 'input') return unwrapToken((await readTokenFile('-', input)).replace(/\r?\n$/, ''));
  const text = argument ?? '';
  await refusePath(text);
  return unwrapToken(text);
}

/** Longer names no file system has; and a token is no path, whatever lies about. */
const MAX_NAME = 255;

async function refusePath(text: string): Promise<void> {
  if (looksLikePath(text)) throw new Error('it is a path: to read the file, give it as --token-file FILE');
  if (text.length > MAX_NAME || text.includes('\0')) return;
  const isFile = await stat(text).then(
    (found) => found.isFile(),
    () => false,
  );
  if (isFile) throw new Error('it is the name of a file: to read that, give it as --token-file FILE');
}

async function readKeys(path: string): Promise<KeySet> {
  const text = await readTextFile(path, MAX_KEY_SET_BYTES);
  if (/^\s*-----BEGIN /.test(text)) {
    const remedy = `print it as one with: iam-bridge keys jwks --from ${quoteWord(path)}`;
    throw new Error(`${path} is PEM and not a key set; ${remedy}`);
  }
  const reading = readKeySet(text);
  if (reading.kind === 'refused') throw new Error(`${path}: ${reading.problem}`);
  return reading;
}

/** As much as IAM takes at most, and white space, which it does not count. */
const MAX_POLICY_BYTES = 64 * 1024;

async function readPolicy(path: string): Promise<TrustPolicy> {
  const reading = readTrustPolicy(await readTextFile(path, MAX_POLICY_BYTES));
  if (reading.kind === 'policy') return reading.policy;
  const shown = reading.problems.map(
    ({ pointer, problem, remedy }) => `at ${showPlain(pointer || '/')}: ${problem}: ${remedy}`,
  );
  throw new Error(`${path} is no trust policy that IAM takes: ${shown.join('; ')}`);
}
