import type { CallerIdentity } from '../aws/caller-identity.ts';
import type { MappingOrigin } from '../mapping/mapper.ts';
import type { Reason } from './reasons.ts';
import type { ReviewedUser } from './user.ts';

/** What became of a token, and what log and metrics want to know of it. */
export interface Decision {
  readonly reason: Reason;
  /** For the operator: one line without a secret. */
  readonly detail?: string | undefined;
  /** Set where the reason is `granted`. */
  readonly user?: ReviewedUser | undefined;
  /** Whom STS named. */
  readonly identity?: CallerIdentity | undefined;
  readonly origin?: MappingOrigin | undefined;
  /** Nothing is told of the account that `identity` is of. */
  readonly scrubbed?: boolean | undefined;
  /** Of the STS host: a region, `global` or `other`. */
  readonly region?: string | undefined;
  /** Where STS's word came from; undefined: it was not asked. */
  readonly source?: 'sts' | 'cache' | undefined;
  /** The first 12 hexadecimal digits of the token's SHA-256. */
  readonly tokenHash?: string | undefined;
}
