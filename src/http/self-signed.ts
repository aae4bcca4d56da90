import { randomBytes } from 'node:crypto';

/** A certificate and its key, both PEM. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

/** An authority that nobody keeps: whoever trusts it trusts what this process issued, for a day at most. */
export interface Authority {
  /** Its own certificate, PEM: the `caBundle` of a webhook configuration. */
  readonly cert: string;
  /** A serving certificate for loopback. */
  issue(): Promise<KeyPair>;
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const HOUR = 3_600_000;
const LOOPBACK = [
  { type: 'ip', value: '127.0.0.1' },
  { type: 'dns', value: 'localhost' },
] as const;

/** @param now ms since epoch; certificates are valid from an hour before for a day */
export async function createAuthority(now: number): Promise<Authority> {
  // Both are large, and only somebody who makes certificates needs them. The first must be there before the second.
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  const { X509CertificateGenerator: generator } = x509;
  const validity = { notBefore: new Date(now - HOUR), notAfter: new Date(now + 23 * HOUR) };
  const name = 'CN=iam-bridge demo authority';
  const keys = await generateKeys();
  const authority = await generator.createSelfSigned({
    ...validity,
    serialNumber: createSerial(),
    name,
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
    ],
  });
  return {
    cert: authority.toString('pem'),
    async issue() {
      const own = await generateKeys();
      const leaf = await generator.create({
        ...validity,
        serialNumber: createSerial(),
        subject: 'CN=iam-bridge demo',
        issuer: name,
        publicKey: own.publicKey,
        signingKey: keys.privateKey,
        signingAlgorithm: ALGORITHM,
        extensions: [
          new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
          new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
          new x509.SubjectAlternativeNameExtension([...LOOPBACK]),
        ],
      });
      const key = await crypto.subtle.exportKey('pkcs8', own.privateKey);
      return { cert: leaf.toString('pem'), key: x509.PemConverter.encode(key, 'PRIVATE KEY') };
    },
  };
}

function generateKeys() {
  return crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

/** A positive integer (RFC 5280 section 4.1.2.2), in hexadecimal. */
function createSerial(): string {
  return `01${randomBytes(15).toString('hex')}`;
}
