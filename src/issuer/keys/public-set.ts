import type { SignatureAlgorithm, VerificationKey } from '../../web-identity/token/keys.ts';
import type { PublicJwk, RsaPublicJwk } from '../documents.ts';
import { readKeySet } from './key-set.ts';
import { toPublicJwk } from './public-jwk.ts';

export type PublicSetReading =
  | {
      readonly kind: 'keys';
      readonly keys: readonly PublicJwk[];
      /** Keys that no verifier would take, one sentence each. */
      readonly skipped: readonly string[];
    }
  | { readonly kind: 'refused'; readonly problem: string };

/** The public keys of a JWK Set, each under the key id that the set gives it. Never throws. */
export function readPublicSet(text: string): PublicSetReading {
  const set = readKeySet(text);
  if (set.kind === 'refused') return set;
  const skipped = set.skipped.map(({ index, kid, problem }) => `key ${kid ?? index} is not fit: ${problem}`);
  const readings = set.keys.map((key) => toPublicJwk(key.key, key.kid, findRsaAlgorithm(key)));
  return {
    kind: 'keys',
    keys: readings.flatMap((reading) => (reading.kind === 'key' ? [reading.jwk] : [])),
    skipped: [
      ...skipped,
      ...readings.flatMap((reading) => (reading.kind === 'unfit' ? [reading.problem] : [])),
    ],
  };
}

/** RS256 where the set leaves it open: kube-apiserver signs with nothing else. */
function findRsaAlgorithm({ algorithms }: VerificationKey): RsaPublicJwk['alg'] {
  const [only, ...more] = algorithms;
  return only !== undefined && more.length === 0 && isRsaAlgorithm(only) ? only : 'RS256';
}

function isRsaAlgorithm(algorithm: SignatureAlgorithm): algorithm is RsaPublicJwk['alg'] {
  return algorithm.startsWith('RS');
}
