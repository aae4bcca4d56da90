import { createHash, type KeyObject } from 'node:crypto';

/**
 * The key id that kube-apiserver gives a public key: SHA-256 over its DER SubjectPublicKeyInfo, base64url without padding,
 * 43 characters (Kubernetes `pkg/serviceaccount/jwt.go`, `keyIDFromPublicKey`).
 */
export function toKubernetesKid(publicKey: KeyObject): string {
  const info = publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(info).digest('base64url');
}
