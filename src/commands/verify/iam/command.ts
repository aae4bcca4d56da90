import { type FlagCommand, runFlagCommand } from '../../flag-command.ts';
import type { RunCommand } from '../../surroundings.ts';
import { type IamVerifySettings, readIamVerifySettings, VERIFY_IAM_FLAGS } from './settings.ts';

const HEAD = `iam-bridge verify, of a token of the IAM authenticator (k8s-aws-v1.)

Every check of it, in order, with its outcome; whom STS names; with --mapping the user that becomes of that.

Example
  iam-bridge token -i my-cluster --token-only | iam-bridge verify -t - -i my-cluster --mapping cluster

Flags
`;

const FOOT = `

Exit codes: 0 accepted (with --mapping: mapped), 1 refused, 2 usage, 3 STS or the cluster could not be asked.
Reasons: docs/authenticator.md
`;

const VERIFY_IAM: FlagCommand<typeof VERIFY_IAM_FLAGS, IamVerifySettings> = {
  name: 'verify',
  help: { head: HEAD, foot: FOOT },
  flags: VERIFY_IAM_FLAGS,
  read: readIamVerifySettings,
};

/** `aws-iam-authenticator verify`, and `iam-bridge verify` where the token is one of these. */
export const runVerifyIamCommand: RunCommand = async (words, surroundings) =>
  await runFlagCommand(VERIFY_IAM, words, surroundings, async (settings) => {
    const { runIamVerify } = await import('./run.ts');
    return await runIamVerify(settings, surroundings);
  });
