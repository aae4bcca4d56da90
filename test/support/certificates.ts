/**
 * Certificates for tests: an authority and leaves with P-256 keys, written straight as DER with node:crypto.
 * (`@peculiar/x509` would bring a polyfill of the global Reflect into every test process for the same 900 bytes.)
 */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIP } from 'node:net';

/** A certificate and its PKCS#8 key, both PEM. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

export interface LeafOptions {
  /** DNS names and IPv4 addresses. */
  readonly names: readonly string[];
  /** Milliseconds since the epoch; an hour ago where absent. */
  readonly notBefore?: number;
  /** Milliseconds since the epoch; a day from now where absent. */
  readonly notAfter?: number;
}

export interface Authority {
  /** The authority's own certificate, PEM: a caBundle. */
  readonly certificate: string;
  /** A leaf for servers and clients. */
  issue(options: LeafOptions): KeyPair;
}

const HOUR = 3_600_000;
const ECDSA_WITH_SHA256 = '1.2.840.10045.4.3.2';
const COMMON_NAME = '2.5.4.3';

/** A self-signed authority. */
export function createAuthority(commonName = 'iam-bridge e2e'): Authority {
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const issuer = { commonName, keys };
  const certificate = createCertificate({
    issuer,
    subject: commonName,
    publicKey: keys.publicKey,
    validity: toValidity({}),
    extensions: [
      extension('2.5.29.19', sequence(boolean(true)), 'critical'), // basic constraints: an authority
      extension('2.5.29.15', tlv(0x03, Buffer.of(1, 0x06)), 'critical'), // key usage: sign certificates and lists
      extension('2.5.29.14', tlv(0x04, toKeyId(keys.publicKey))),
    ],
  });
  return { certificate, issue: (options) => issueLeaf(issuer, options) };
}

interface Issuer {
  readonly commonName: string;
  readonly keys: { readonly privateKey: KeyObject; readonly publicKey: KeyObject };
}

function issueLeaf(issuer: Issuer, options: LeafOptions): KeyPair {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const certificate = createCertificate({
    issuer,
    subject: options.names[0] ?? 'nameless',
    publicKey,
    validity: toValidity(options),
    extensions: [
      extension('2.5.29.15', tlv(0x03, Buffer.of(7, 0x80)), 'critical'), // key usage: digital signature
      extension('2.5.29.37', sequence(oid('1.3.6.1.5.5.7.3.1'), oid('1.3.6.1.5.5.7.3.2'))), // server, client
      extension('2.5.29.35', sequence(tlv(0x80, toKeyId(issuer.keys.publicKey)))),
      extension('2.5.29.17', sequence(...options.names.map(toGeneralName))),
    ],
  });
  return { certificate, key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

interface CertificateParts {
  readonly issuer: Issuer;
  readonly subject: string;
  readonly publicKey: KeyObject;
  readonly validity: Buffer;
  readonly extensions: readonly Buffer[];
}

/** RFC 5280 §4.1: the signed part, the algorithm once more, the signature. */
function createCertificate(parts: CertificateParts): string {
  const algorithm = sequence(oid(ECDSA_WITH_SHA256));
  const serial = Buffer.concat([Buffer.of(0x01), randomBytes(15)]);
  const signed = sequence(
    tlv(0xa0, tlv(0x02, Buffer.of(2))), // version 3
    tlv(0x02, serial),
    algorithm,
    toName(parts.issuer.commonName),
    parts.validity,
    toName(parts.subject),
    toSpki(parts.publicKey),
    tlv(0xa3, sequence(...parts.extensions)),
  );
  const signature = sign('sha256', signed, parts.issuer.keys.privateKey);
  const certificate = sequence(signed, algorithm, tlv(0x03, Buffer.of(0), signature));
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

function toValidity({ notBefore, notAfter }: Partial<LeafOptions>): Buffer {
  return sequence(utcTime(notBefore ?? Date.now() - HOUR), utcTime(notAfter ?? Date.now() + 24 * HOUR));
}

function toName(commonName: string): Buffer {
  return sequence(tlv(0x31, sequence(oid(COMMON_NAME), tlv(0x0c, Buffer.from(commonName)))));
}

function toGeneralName(name: string): Buffer {
  return isIP(name) === 4
    ? tlv(0x87, Buffer.from(name.split('.').map(Number)))
    : tlv(0x82, Buffer.from(name));
}

function toSpki(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' });
}

function toKeyId(key: KeyObject): Buffer {
  return createHash('sha256').update(toSpki(key)).digest().subarray(0, 20);
}

function extension(id: string, value: Buffer, critical?: 'critical'): Buffer {
  return sequence(oid(id), ...(critical ? [boolean(true)] : []), tlv(0x04, value));
}

function sequence(...content: readonly Buffer[]): Buffer {
  return tlv(0x30, ...content);
}

function boolean(value: boolean): Buffer {
  return tlv(0x01, Buffer.of(value ? 0xff : 0));
}

function utcTime(time: number): Buffer {
  const digits = new Date(time).toISOString().replaceAll(/[-:T]|\.\d+/g, '');
  return tlv(0x17, Buffer.from(digits.slice(2)));
}

function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return tlv(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(toBase128)]));
}

function toBase128(arc: number): number[] {
  const digits = [arc & 0x7f];
  for (let left = arc >>> 7; left > 0; left >>>= 7) digits.unshift((left & 0x7f) | 0x80);
  return digits;
}

function tlv(tag: number, ...content: readonly Buffer[]): Buffer {
  const value = Buffer.concat(content);
  if (value.length < 0x80) return Buffer.concat([Buffer.of(tag, value.length), value]);
  const length =
    value.length < 0x100 ? [0x81, value.length] : [0x82, value.length >>> 8, value.length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...length), value]);
}
