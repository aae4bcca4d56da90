import type { ServerDescriptor } from '../server/descriptor.ts';
import { AUTHENTICATOR_FLAGS } from './flags.ts';
import { type AuthenticatorCommandSettings, readAuthenticatorSettings } from './settings.ts';

const HEAD = `iam-bridge authenticator: tells the API server who the bearer of an IAM token is

A token authentication webhook (TokenReview). It checks tokens such as iam-bridge token makes, asks AWS STS who has signed
them, and answers with the user and groups that the mappings make of that. It takes the flags and the configuration of
aws-iam-authenticator server: each flag of it is a key below server, and the command line goes before the file.

Example
  iam-bridge authenticator --config config.yaml --state-dir state --generate-kubeconfig state/kubeconfig.yaml

Flags
`;

const FOOT = `

Only the configuration has server.mapRoles, server.mapUsers, server.mapAccounts and server.reservedPrefixConfig.

Exit codes: 0 stopped by a signal, 2 usage, or a file that is missing or wrong, 3 the cluster or a port could not be had.
Keys, certificates, metrics and reason codes: docs/authenticator.md
`;

/** `iam-bridge authenticator`, and `aws-iam-authenticator server`. */
export const AUTHENTICATOR: ServerDescriptor<typeof AUTHENTICATOR_FLAGS, AuthenticatorCommandSettings> = {
  name: 'authenticator',
  help: { head: HEAD, foot: FOOT },
  flags: AUTHENTICATOR_FLAGS,
  read: readAuthenticatorSettings,
  load: async () => {
    const [{ createAuthenticatorServer }, { prepareServing }] = await Promise.all([
      import('./create.ts'),
      import('./serving/prepare.ts'),
    ]);
    return {
      create: createAuthenticatorServer,
      prepare: ({ serving }, { log, clock }) => prepareServing(serving, log, clock.now()),
    };
  },
};
