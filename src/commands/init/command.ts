import { type FlagCommand, runFlagCommand } from '../flag-command.ts';
import type { RunCommand } from '../surroundings.ts';
import { INIT_FLAGS, type InitSettings, readInitSettings } from './settings.ts';

const HEAD = `iam-bridge init: certificate, key and webhook kubeconfig for the authenticator

Writes cert.pem, key.pem, ca.pem, ca-key.pem and aws-iam-authenticator.kubeconfig into the working directory, to be copied to
where the server and kube-apiserver look for them; with --feature-gates ConfiguredInitDirectories=true into these places at
once. What is there already stays. So the kubeconfig can be there before kube-apiserver is started.

Example
  iam-bridge init --cluster-id my-cluster --client-cert

Flags
`;

const FOOT = `

Exit codes: 0 done, 2 usage, or a file that is missing or wrong.
Certificates and set-up: docs/authenticator.md
`;

const INIT: FlagCommand<typeof INIT_FLAGS, InitSettings> = {
  name: 'init',
  help: { head: HEAD, foot: FOOT },
  flags: INIT_FLAGS,
  read: readInitSettings,
};

/** `iam-bridge init`, and `aws-iam-authenticator init`. */
export const runInitCommand: RunCommand = async (words, surroundings) =>
  await runFlagCommand(INIT, words, surroundings, async (settings) => {
    const { runInit } = await import('./run.ts');
    return await runInit(settings, surroundings);
  });
