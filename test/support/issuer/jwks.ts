import type { PublicJwk } from '../../../src/issuer/documents.ts';
import { readPemKeys } from '../../../src/issuer/keys/pem.ts';
import { generateEc, type TestKey, toPem } from './key-files.ts';

/** The public key of a pair, under kubernetes' key id. */
export function toJwk(pair: TestKey): PublicJwk {
  const reading = readPemKeys(toPem(pair, 'spki'));
  const [jwk] = reading.kind === 'keys' ? reading.keys : [];
  if (jwk === undefined) throw new Error('the pair has no public key');
  return jwk;
}

/** A new P-256 key, quickly made. */
export function createJwk(kid?: string): PublicJwk {
  const jwk = toJwk(generateEc());
  return kid === undefined ? jwk : { ...jwk, kid };
}
