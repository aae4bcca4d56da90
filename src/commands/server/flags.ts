import type { FlagTable, FlagValues } from '../../settings/pflag.ts';
import type { ServerSettings } from './descriptor.ts';

/** The flags that every server has, beside its ports and its certificate. */
export const SERVER_FLAGS = {
  'shutdown-delay': {
    type: 'duration',
    default: 10_000,
    range: [0, 3_600_000],
    help: 'how long connections are still taken after SIGTERM, while endpoints drain, up to 1h',
  },
  'stale-after': {
    type: 'duration',
    default: 300_000,
    // A watch that says nothing is given up after 150 s: a shorter bound would take a quiet one for a dead one.
    range: [180_000, 86_400_000],
    help: 'how long a source may be out of contact before it counts as degraded, 3m to 24h',
  },
  'unready-when-degraded': {
    type: 'bool',
    default: false,
    help: '/readyz fails, and does not only say so, where a source is degraded',
  },
} as const satisfies FlagTable;

/** What those flags say. */
export function readServerFlags(
  flags: FlagValues<typeof SERVER_FLAGS>,
): Pick<ServerSettings, 'shutdownDelay' | 'staleAfter' | 'unreadyWhenDegraded'> {
  return {
    shutdownDelay: flags['shutdown-delay'],
    staleAfter: flags['stale-after'],
    unreadyWhenDegraded: flags['unready-when-degraded'],
  };
}
