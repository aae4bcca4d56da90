import type { KeyFinder, KeyLookup } from '../../web-identity/token/keys.ts';
import type { KeySet } from './key-set.ts';

/** Keys that were read once, such as those of `--offline`. @param sets by issuer, as the tokens' `iss` has it */
export function createStaticKeys(sets: ReadonlyMap<string, KeySet>): KeyFinder {
  return {
    find: (issuer, kid) => sets.get(issuer)?.find(kid) ?? UNKNOWN_ISSUER,
  };
}

/** Said of an issuer that is none of those configured; nothing is ever fetched for it. */
export const UNKNOWN_ISSUER: KeyLookup = {
  kind: 'unavailable',
  problem: 'no keys are configured for this issuer',
};
