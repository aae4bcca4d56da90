import type { FlagSpec, FlagTable } from '../../settings/pflag.ts';
import { AUTHENTICATOR } from '../authenticator/descriptor.ts';
import { ISSUER } from '../issuer/descriptor.ts';
import type { ServerDescriptor } from '../server/descriptor.ts';
import { SERVER_FLAGS } from '../server/flags.ts';
import { WEBHOOK } from '../webhook/descriptor.ts';

/** The servers that may share a process, in the order in which their doors open. */
export const SERVERS: readonly ServerDescriptor[] = [WEBHOOK, AUTHENTICATOR, ISSUER];

/** What the process has once; a server that runs in it is told the same. */
const SHARED_FLAGS = {
  'metrics-port': {
    type: 'int',
    default: 9999,
    help: 'port for /metrics, /livez, /readyz and /readyz/NAME of each server (HTTP)',
  },
  'metrics-address': {
    type: 'string',
    default: '',
    help: 'address that --metrics-port listens on; empty: all',
  },
  'shutdown-delay': SERVER_FLAGS['shutdown-delay'],
} as const satisfies FlagTable;

/** The flags of the process itself, which `--help` lists. */
export const PROCESS_FLAGS = {
  webhook: { type: 'bool', default: false, help: 'run the pod identity webhook' },
  authenticator: { type: 'bool', default: false, help: 'run the authenticator' },
  issuer: { type: 'bool', default: false, help: 'run the issuer' },
  ...SHARED_FLAGS,
} as const satisfies FlagTable;

/** Those, and each flag of a server behind the server's name: `--webhook-port` is `--port` of `iam-bridge webhook`. */
export const SERVE_FLAGS = {
  ...Object.fromEntries(SERVERS.flatMap(({ name, flags }) => toServeFlags(name, flags))),
  ...PROCESS_FLAGS,
};

export function isShared(flag: string): flag is keyof typeof SHARED_FLAGS {
  return Object.hasOwn(SHARED_FLAGS, flag);
}

/** `port` of `webhook` → `webhook-port`; what the process has once keeps its name. */
export function toServeFlag(server: string, flag: string): string {
  return isShared(flag) ? flag : `${server}-${flag}`;
}

function toServeFlags(server: string, flags: FlagTable): [string, FlagSpec][] {
  return Object.entries(flags)
    .filter(([flag]) => !isShared(flag) && flag !== 'version')
    .map(([flag, { shorthand: _, ...spec }]) => [toServeFlag(server, flag), spec]);
}
