import type { ClusterOptions, OutputFormat } from '../access/options.ts';

export interface RoleOptions extends ClusterOptions {
  readonly namespace?: string;
  readonly name: string;
  readonly verbs: string;
  readonly forGroups?: string;
  readonly scope?: RoleScope;
  readonly without?: string;
  readonly bindGroup?: string;
  readonly output?: OutputFormat;
}

export type RoleScope = 'all' | 'cluster' | 'namespaced';
