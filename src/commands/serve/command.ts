import { type FlagCommand, runFlagCommand } from '../flag-command.ts';
import { type ProcessPlan, runServers } from '../server/run.ts';
import type { RunCommand } from '../surroundings.ts';
import { PROCESS_FLAGS, SERVE_FLAGS } from './flags.ts';
import { readServeSettings } from './settings.ts';

const HEAD = `iam-bridge serve: webhook, authenticator and issuer, any of them, in one process

Each has its own port and its own settings: a flag of a server is given behind the server's name, so --port of iam-bridge
webhook is --webhook-port here. Probes and metrics of all of them are at one port.

Example
  iam-bridge serve --webhook --webhook-in-cluster=false --issuer --issuer-issuer https://oidc.example/clusters/demo

Flags
`;

const FOOT = `

All flags of a server: iam-bridge webhook --help, iam-bridge authenticator --help, iam-bridge issuer --help

Exit codes: 0 stopped by a signal, 2 usage, or a file that is missing or wrong, 3 the cluster or a port could not be had.
Readiness and metrics where several share a process: docs/serve.md
`;

const SERVE: FlagCommand<typeof SERVE_FLAGS, ProcessPlan> = {
  name: 'serve',
  help: { head: HEAD, foot: FOOT },
  flags: SERVE_FLAGS,
  shown: PROCESS_FLAGS,
  read: readServeSettings,
};

/** `iam-bridge serve …` */
export const runServe: RunCommand = async (words, surroundings) =>
  await runFlagCommand(
    SERVE,
    words,
    surroundings,
    async (plan) => await runServers(plan, surroundings.signals),
  );
