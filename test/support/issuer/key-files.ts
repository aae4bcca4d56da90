import { generateKeyPairSync, type KeyObject } from 'node:crypto';

export interface TestKey {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

/** RSA of 2048 bits: it takes a tenth of a second, so that tests share one where they can. */
export function generateRsa(modulusLength = 2048): TestKey {
  return generateKeyPairSync('rsa', { modulusLength });
}

export function generateEc(namedCurve = 'P-256'): TestKey {
  return generateKeyPairSync('ec', { namedCurve });
}

export type KeyForm = 'spki' | 'pkcs8' | 'pkcs1' | 'sec1';

/** A PEM file of the public (`spki`) or the private half. */
export function toPem({ publicKey, privateKey }: TestKey, form: KeyForm): string {
  const pem =
    form === 'spki'
      ? publicKey.export({ type: form, format: 'pem' })
      : privateKey.export({ type: form, format: 'pem' });
  return pem.toString();
}
