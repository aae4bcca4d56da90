import { Readable } from 'node:stream';
import { PREFIX } from '../../../authenticator/token/examination.ts';
import { unwrapToken } from '../../../web-identity/token/wrapping.ts';
import { readTokenFile } from '../../token-file.ts';
import type { VerifyFlags } from '../plan.ts';

export type FoundToken =
  | { readonly kind: 'iam'; readonly token: string }
  /** A JWT, or nothing that was found: `input` is what standard input has. */
  | { readonly kind: 'other'; readonly input: Readable };

/** Looks whether the token that a command line of `verify` names is one of the IAM authenticator. */
export async function findIamToken(
  argument: string | undefined,
  { token: flag, tokenFile }: VerifyFlags,
  input: Readable,
): Promise<FoundToken> {
  const named = argument ?? flag;
  if (named !== undefined && named !== '-') return judge(named, input);
  if (named === '-') {
    const text = await readTokenFile('-', input);
    return judge(text, Readable.from([Buffer.from(text, 'latin1')]));
  }
  // What is wrong with the file is said by whoever needs it.
  return judge(tokenFile === undefined ? '' : await readTokenFile(tokenFile).catch(() => ''), input);
}

function judge(text: string, input: Readable): FoundToken {
  const { token } = unwrapToken(text);
  return token.startsWith(PREFIX) ? { kind: 'iam', token: text.trim() } : { kind: 'other', input };
}

/** Options of `verify` that are for tokens of the IAM authenticator, or for both, by the names of their flags. */
const SHARED: readonly (readonly [option: keyof VerifyFlags, flag: string])[] = [
  ['clusterId', 'cluster-id'],
  ['config', 'config'],
  ['partition', 'partition'],
  ['mapping', 'mapping'],
  ['kubeconfig', 'kubeconfig'],
  ['featureGates', 'feature-gates'],
  ['logFormat', 'log-format'],
  ['logVerbosity', 'log-verbosity'],
  ['stsHosts', 'sts-hosts'],
  ['stsAddress', 'sts-address'],
  ['ca', 'ca'],
  ['at', 'at'],
  ['output', 'output'],
];

/** The same command line as `aws-iam-authenticator verify` has it. */
export function toIamWords(flags: VerifyFlags, token: string): readonly string[] {
  return [
    `--token=${token}`,
    ...SHARED.flatMap(([option, flag]) => [flags[option] ?? []].flat().map((value) => `--${flag}=${value}`)),
    ...(flags.offline ? ['--offline'] : []),
  ];
}

/** Options that say nothing of a token of the IAM authenticator. */
export function listJwtOptions(flags: VerifyFlags): readonly string[] {
  const known = new Set<string>([...SHARED.map(([option]) => option), 'token', 'tokenFile', 'offline']);
  return Object.keys(flags).filter((option) => !known.has(option));
}

/** Options that say nothing of a JWT. */
export function listIamOptions(flags: VerifyFlags): readonly string[] {
  const both = new Set<string>(['ca', 'at', 'output']);
  return SHARED.flatMap(([option, flag]) =>
    both.has(option) || flags[option] === undefined ? [] : [`--${flag}`],
  );
}
