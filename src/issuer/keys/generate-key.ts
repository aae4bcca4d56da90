import { generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import type { PublicJwk } from '../documents.ts';
import { toKubernetesKid, toPublicJwk } from './public-jwk.ts';

/** What can be generated; both are known to every verifier that AWS and Kubernetes have. */
export const KEY_TYPES = ['rsa', 'p256'] as const;
export type KeyType = (typeof KEY_TYPES)[number];

export interface GeneratedKey {
  readonly jwk: PublicJwk;
  /** PEM */
  readonly publicPem: string;
  /** PEM. For one file of mode 0600, and nothing else. */
  readonly privatePem: string;
}

const generate = promisify(generateKeyPair);

/**
 * A signing key for ServiceAccount tokens. The private half is PKCS#1 or SEC1, as kubeadm writes them: of a PKCS#8 EC
 * key, `--service-account-signing-key-file` reads the private half while `--service-account-key-file` passes over it
 * without a word (client-go `keyutil`), and the API server would refuse its own tokens.
 */
export async function generateSigningKey(type: KeyType): Promise<GeneratedKey> {
  const { publicKey, privateKey } =
    type === 'rsa'
      ? await generate('rsa', { modulusLength: 2048 })
      : await generate('ec', { namedCurve: 'P-256' });
  const reading = toPublicJwk(publicKey, toKubernetesKid(publicKey));
  if (reading.kind === 'unfit') throw new Error(reading.problem);
  return {
    jwk: reading.jwk,
    publicPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    privatePem: exportPrivate(privateKey, type),
  };
}

function exportPrivate(key: KeyObject, type: KeyType): string {
  return key.export({ type: type === 'rsa' ? 'pkcs1' : 'sec1', format: 'pem' }).toString();
}
