import { runAwsIamAuthenticator } from '../../../src/commands/aws-iam-authenticator/command.ts';
import { runEksCommand, runGetTokenCommand, runTokenCommand } from '../../../src/commands/token/command.ts';
import { CANARY_SECRET, refuseLeaks } from '../canary.ts';
import { createSurroundings } from './surroundings.ts';

export const COMMANDS = {
  token: runTokenCommand,
  'get-token': runGetTokenCommand,
  eks: runEksCommand,
  go: runAwsIamAuthenticator,
} as const;

/** A key pair that no AWS has, and a region, in the environment. */
export const KEYS_ENV = {
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: `${CANARY_SECRET}/with+signs=`,
  AWS_REGION: 'eu-west-1',
};

/** The second in which tokens of tests are signed. */
export const NOW = Date.parse('2026-03-04T05:06:07.890Z');

export interface TokenRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface TokenRunOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** ms since epoch */
  readonly now?: number;
  readonly input?: string;
}

/** Runs a command that makes a token, in a home without files unless `env` names one. */
export async function runCommand(
  command: keyof typeof COMMANDS,
  words: readonly string[],
  { env = KEYS_ENV, now = NOW, input = '' }: TokenRunOptions = {},
): Promise<TokenRun> {
  const { surroundings, written } = createSurroundings({
    env: { HOME: '/nonexistent', ...env },
    now: () => now,
    input,
  });
  const code = await COMMANDS[command](words, surroundings);
  refuseLeaks(command, written, true);
  return { code, ...written };
}

/** The URL in a token, or in an ExecCredential. */
export function readUrl(text: string): URL {
  const token = /k8s-aws-v1\.([A-Za-z0-9_-]+)/.exec(text)?.[1];
  if (token === undefined) throw new Error(`there is no token in ${text}`);
  return new URL(Buffer.from(token, 'base64url').toString());
}
