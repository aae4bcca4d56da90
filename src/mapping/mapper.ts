import type { CallerIdentity } from '../aws/caller-identity.ts';

/** Who an IAM principal is in the cluster. */
export interface MappedUser {
  /** May be empty: an entry without `username`, as the Go program takes it (groups alone then decide). */
  readonly username: string;
  readonly groups: readonly string[];
}

/** The backends of the Go program, by its names. */
export type BackendName = 'MountedFile' | 'EKSConfigMap' | 'CRD' | 'DynamicFile';

/** Where a user comes from: told by logs, `verify` and answers about rights. */
export interface MappingOrigin {
  /** `ClusterCreator`: no backend, but the setting that names who made the cluster. */
  readonly backend: BackendName | 'ClusterCreator';
  /** Such as `mapRoles[2]`, `mapAccounts` or the name of an IAMIdentityMapping. */
  readonly entry: string;
}

/** A code for logs and metrics, one meaning everywhere. */
export type MappingFailure =
  | 'reserved-username'
  | 'username-malformed'
  | 'bad-entry'
  | 'identity-mismatch'
  | 'node-name-unknown'
  | 'source-unknown';

/**
 * What the mappings say of a principal. `failed` is final for it: never a fall-through to a wider rule or a later backend.
 * `message` is one line for the operator, without a secret.
 */
export type MappingDecision =
  | { readonly kind: 'mapped'; readonly user: MappedUser; readonly origin: MappingOrigin }
  | { readonly kind: 'unmapped' }
  | {
      readonly kind: 'failed';
      readonly code: MappingFailure;
      readonly message: string;
      readonly origin?: MappingOrigin | undefined;
    };

/** Maps principals by the mappings as they are at that moment. A promise only where a name must be asked for (EC2). */
export interface Mapper {
  map(identity: CallerIdentity): MappingDecision | Promise<MappingDecision>;
}
