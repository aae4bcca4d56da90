import { createPrivateKey, createPublicKey, randomBytes, type webcrypto } from 'node:crypto';
import { isAddress } from '../base/names/host.ts';

/** A certificate and its key, both PEM. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

/** ms since epoch */
export interface Validity {
  readonly notBefore: number;
  readonly notAfter: number;
}

/** What a certificate says of whom. */
export interface CertificateRequest extends Validity {
  readonly commonName: string;
  readonly usage: 'server' | 'client';
  /** DNS names and IP addresses, of both families. */
  readonly names: readonly string[];
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/** An authority that may sign certificates, and no further authority. */
export async function createAuthorityPair(
  commonName: string,
  { notBefore, notAfter }: Validity,
): Promise<KeyPair> {
  const x509 = await loadX509();
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const cert = await x509.X509CertificateGenerator.createSelfSigned({
    notBefore: new Date(notBefore),
    notAfter: new Date(notAfter),
    serialNumber: createSerial(),
    name: toName(commonName),
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { cert: cert.toString('pem'), key: await exportKey(keys.privateKey) };
}

/**
 * A certificate under an authority of {@link createAuthorityPair}.
 * @param ownKey PEM, of a P-256 key that it is for; absent: a new one
 * @throws Error where one of the texts is not what it has to be
 */
export async function issueCertificate(
  authority: KeyPair,
  { commonName, usage, names, notBefore, notAfter }: CertificateRequest,
  ownKey?: string,
): Promise<KeyPair> {
  const x509 = await loadX509();
  const own = ownKey === undefined ? undefined : await importPublicKey(ownKey);
  const made = own ?? (await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']));
  const publicKey = 'publicKey' in made ? made.publicKey : made;
  const issuer = new x509.X509Certificate(authority.cert);
  const leaf = await x509.X509CertificateGenerator.create({
    notBefore: new Date(notBefore),
    notAfter: new Date(notAfter),
    serialNumber: createSerial(),
    subject: toName(commonName),
    issuer: issuer.subject,
    publicKey,
    signingKey: await importPrivateKey(authority.key),
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([
        usage === 'server' ? x509.ExtendedKeyUsage.serverAuth : x509.ExtendedKeyUsage.clientAuth,
      ]),
      await x509.AuthorityKeyIdentifierExtension.create(issuer),
      ...(names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(names.map(toAlternative))]),
    ],
  });
  const key = ownKey ?? ('privateKey' in made ? await exportKey(made.privateKey) : '');
  return { cert: leaf.toString('pem'), key };
}

/** Both are large, and only somebody who makes certificates needs them. The first must be there before the second. */
async function loadX509() {
  await import('reflect-metadata');
  return await import('@peculiar/x509');
}

function toName(commonName: string): { readonly CN: string[] }[] {
  return [{ CN: [commonName] }];
}

function toAlternative(name: string): { readonly type: 'ip' | 'dns'; readonly value: string } {
  return { type: isAddress(name) ? 'ip' : 'dns', value: name };
}

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  const bytes = Buffer.from(await crypto.subtle.exportKey('pkcs8', key));
  return createPrivateKey({ key: bytes, format: 'der', type: 'pkcs8' })
    .export({ format: 'pem', type: 'pkcs8' })
    .toString();
}

async function importPrivateKey(pem: string): Promise<webcrypto.CryptoKey> {
  const bytes = createPrivateKey(pem).export({ format: 'der', type: 'pkcs8' });
  return await crypto.subtle.importKey('pkcs8', bytes, ALGORITHM, false, ['sign']);
}

async function importPublicKey(pem: string): Promise<webcrypto.CryptoKey> {
  const bytes = createPublicKey(createPrivateKey(pem)).export({ format: 'der', type: 'spki' });
  return await crypto.subtle.importKey('spki', bytes, ALGORITHM, true, ['verify']);
}

/** A positive integer (RFC 5280 section 4.1.2.2), in hexadecimal. */
function createSerial(): string {
  return `01${randomBytes(15).toString('hex')}`;
}
