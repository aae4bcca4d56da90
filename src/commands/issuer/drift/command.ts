import { type FlagCommand, runFlagCommand } from '../../flag-command.ts';
import type { RunCommand } from '../../surroundings.ts';
import { DRIFT_FLAGS } from '../flags.ts';
import { type DriftCommandSettings, readDriftSettings } from './settings.ts';

const HEAD = `iam-bridge issuer drift: does the public see the issuer that the cluster signs as?

Reads the keys of the cluster with your own credential, and the discovery document and keys at the issuer URL as AWS STS
does: without a credential, by the public roots. Prints what differs, and what to do about it.

Example
  iam-bridge issuer drift --issuer https://oidc.example/clusters/demo --kubeconfig ~/.kube/config --service-account demo/s3-echoer

Flags
`;

const FOOT = `

Exit codes: 0 no drift, 1 drift, 2 usage, or a file that is missing or wrong,
3 one of both sides could not be seen.
A media type that is not right, and the like, is warned of and is no drift.
The findings and their remedies: docs/issuer.md
`;

export const DRIFT_COMMAND: FlagCommand<typeof DRIFT_FLAGS, DriftCommandSettings> = {
  name: 'issuer drift',
  help: { head: HEAD, foot: FOOT },
  flags: DRIFT_FLAGS,
  read: readDriftSettings,
};

/** `iam-bridge issuer drift`: looks once. */
export const runDrift: RunCommand = async (words, surroundings) =>
  await runFlagCommand(DRIFT_COMMAND, words, surroundings, async (settings) => {
    const { compareOnce } = await import('./once.ts');
    return await compareOnce(settings, surroundings.terminal);
  });
