import { type FlagCommand, runFlagCommand } from '../flag-command.ts';
import { findFirstWord } from '../global-flags.ts';
import type { RunCommand } from '../surroundings.ts';
import { GET_TOKEN_FLAGS, TOKEN_FLAGS } from './flags.ts';
import { readGetTokenRequest, readTokenRequest, type TokenRequest } from './request.ts';
import { runToken } from './run.ts';

const HEAD = `: a token for a cluster that knows people by IAM

Signs a GetCallerIdentity with your AWS credentials, and prints it as kubectl takes it from a credential plugin (an
ExecCredential). The cluster's authenticator asks STS with it who you are. Nothing is sent anywhere where the keys are in
the environment.
`;

const FOOT = `

Exit codes: 0 done, 2 usage or configuration, 3 no credentials, or AWS refuses.
Credentials, regions and what a kubeconfig looks like: docs/token.md
`;

const TOKEN: FlagCommand<typeof TOKEN_FLAGS, TokenRequest> = {
  name: 'token',
  help: {
    head: `iam-bridge token${HEAD}
Example
  iam-bridge token -i my-cluster -r arn:aws:iam::111122223333:role/Deployer

Flags, those of aws-iam-authenticator token among them
`,
    foot: FOOT,
  },
  flags: TOKEN_FLAGS,
  read: readTokenRequest,
};

function toGetToken(name: string): FlagCommand<typeof GET_TOKEN_FLAGS, TokenRequest> {
  return {
    name,
    help: {
      head: `iam-bridge ${name}${HEAD}
Example
  iam-bridge ${name} --cluster-name my-cluster --region eu-west-1

Flags, those of aws eks get-token among them
`,
      foot: FOOT,
    },
    flags: GET_TOKEN_FLAGS,
    read: readGetTokenRequest,
  };
}

/** `iam-bridge token`, as `aws-iam-authenticator token`. */
export const runTokenCommand: RunCommand = async (words, surroundings) =>
  await runFlagCommand(TOKEN, words, surroundings, async (request) =>
    runToken('token', request, surroundings),
  );

/** `iam-bridge get-token`, as `aws eks get-token`. */
export const runGetTokenCommand: RunCommand = async (words, surroundings) =>
  await getToken('get-token', words, surroundings);

/** `iam-bridge eks get-token`: global flags may stand before it, and between both words. */
export const runEksCommand: RunCommand = async (words, surroundings) => {
  const index = findFirstWord(words);
  const name = words[index];
  const rest = words.toSpliced(index, 1);
  if (name === 'help' || rest[index] === 'help' || (name === undefined && words.some(isHelp)))
    return await getToken('eks get-token', ['--help'], surroundings);
  if (name === 'get-token') return await getToken('eks get-token', rest, surroundings);
  surroundings.terminal.err(
    "iam-bridge eks: of the AWS CLI's commands there is get-token: iam-bridge eks get-token --help\n",
  );
  return 2;
};

function isHelp(word: string): boolean {
  return word === '--help' || word === '-h';
}

async function getToken(
  ...[name, words, surroundings]: [string, ...Parameters<RunCommand>]
): ReturnType<RunCommand> {
  return await runFlagCommand(toGetToken(name), words, surroundings, async (request) =>
    runToken(name, request, surroundings),
  );
}
