import type { Place } from './request.ts';

/** What a command needs beside RBAC itself. */
export interface Wanted {
  readonly place: Place;
  /** Mappings, and whether the cluster is one of EKS. */
  readonly mappings: boolean;
  /** ServiceAccounts and namespaces. */
  readonly accounts?: boolean;
}
