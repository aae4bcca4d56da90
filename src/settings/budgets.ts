import type { Problems } from './checks.ts';
import type { FlagTable } from './pflag.ts';

/** How much of a server strangers may take at its door. */
export interface BudgetSettings {
  /** Bytes that all request bodies together may take. */
  readonly bodies: number;
  /** How many connections there may be. */
  readonly connections: number;
}

const MIB = 1024 * 1024;

/** The flags of every server. */
export const BUDGET_FLAGS = {
  'body-budget': {
    type: 'int',
    default: 32,
    help: 'MiB that request bodies may take together, 8 to 1024',
  },
  'connection-budget': {
    type: 'int',
    default: 1_000,
    help: 'connections that may be open at once, 16 to 20000; whoever holds most of them makes room',
  },
} as const satisfies FlagTable;

/** The largest body, 7 MiB, has to fit; below 16 connections a single API server would be turned away. */
const RANGES = { 'body-budget': [8, 1024], 'connection-budget': [16, 20_000] } as const;

export function readBudgets(
  flags: { readonly 'body-budget': number; readonly 'connection-budget': number },
  problems: Problems,
): BudgetSettings {
  for (const [name, [least, most]] of Object.entries(RANGES)) {
    const value = flags[name as keyof typeof RANGES];
    if (value >= least && value <= most) continue;
    problems.push(`--${name}=${value} is out of range: give a number from ${least} to ${most}`);
  }
  return { bodies: flags['body-budget'] * MIB, connections: flags['connection-budget'] };
}
