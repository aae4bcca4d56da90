import type { CallerIdentity } from '../../aws/caller-identity.ts';

/** @returns the same identity as before, where it was met before */
export type ShareIdentity = (identity: CallerIdentity) => CallerIdentity;

const LIMIT = 1_024;

/**
 * Holds identities once: a session makes many tokens, and STS's word on each of them would hold texts of its own. Bounded:
 * the one that was met the longest ago makes room.
 */
export function createIdentityPool(limit: number = LIMIT): ShareIdentity {
  const pool = new Map<string, CallerIdentity>();
  return (identity) => {
    // All else of it follows from these.
    const key = JSON.stringify([identity.arn, identity.userId, identity.accessKeyId]);
    const shared = pool.get(key) ?? identity;
    pool.delete(key);
    const [oldest] = pool.keys();
    if (pool.size >= limit && oldest !== undefined) pool.delete(oldest);
    pool.set(key, shared);
    return shared;
  };
}
