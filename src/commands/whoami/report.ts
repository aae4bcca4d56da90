import type { Caveat } from '../../rbac/caveats.ts';
import type { GroupData, MappingData, PrincipalData } from '../access/data.ts';

/** What `whoami` has found out. */
export interface WhoamiReport {
  /** null: the mappings make nobody of the principal. */
  readonly user: string | null;
  readonly uid: string;
  readonly groups: readonly GroupData[];
  readonly extra: Readonly<Record<string, readonly string[]>>;
  readonly principal?: PrincipalData;
  readonly mapping?: MappingData;
  readonly rights: RightsCount;
  readonly caveats: readonly Caveat[];
  readonly source: string;
}

/** How much RBAC gives; what it gives, `rules` tells. */
export interface RightsCount {
  readonly clusterRoleBindings: number;
  readonly roleBindings: number;
  /** Of the roles that they give, each rule of each binding. */
  readonly rules: number;
}
