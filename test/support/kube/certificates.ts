import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIPv4 } from 'node:net';

/** PEM, P-256, valid from an hour ago for a day. */
export interface TestCertificate {
  readonly cert: string;
  readonly key: string;
}

export interface TestCertificateOptions {
  readonly commonName: string;
  /** DNS names and IPv4 addresses. */
  readonly hosts?: readonly string[];
  /** Absent: it signs itself, and may sign others. */
  readonly issuer?: TestCertificate & { readonly commonName: string };
}

/** Issues a certificate in plain DER (RFC 5280), so that the tests need neither openssl nor a fixed key. */
export function issueCertificate(options: TestCertificateOptions): TestCertificate & { commonName: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { commonName, hosts = [], issuer } = options;
  const signer = issuer ? createPrivateKey(issuer.key) : privateKey;
  const body = sequence(
    der(0xa0, integer(2)),
    der(0x02, Buffer.concat([Buffer.of(0x01), randomBytes(8)])),
    ecdsaWithSha256,
    toName(issuer?.commonName ?? commonName),
    sequence(toTime(-1), toTime(23)),
    toName(commonName),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...toExtensions(hosts, issuer === undefined))),
  );
  const signature = der(0x03, Buffer.concat([Buffer.of(0), sign('sha256', body, signer)]));
  return {
    commonName,
    cert: toPem('CERTIFICATE', sequence(body, ecdsaWithSha256, signature)),
    key: toKeyPem(privateKey),
  };
}

const ecdsaWithSha256 = sequence(oid('2a8648ce3d040302'));

function toExtensions(hosts: readonly string[], authority: boolean): Buffer[] {
  const constraints = sequence(
    oid('551d13'),
    der(0x04, sequence(...(authority ? [der(0x01, Buffer.of(0xff))] : []))),
  );
  if (hosts.length === 0) return [constraints];
  const names = hosts.map((host) =>
    isIPv4(host) ? der(0x87, Buffer.from(host.split('.').map(Number))) : der(0x82, Buffer.from(host)),
  );
  return [constraints, sequence(oid('551d11'), der(0x04, sequence(...names)))];
}

function toName(commonName: string): Buffer {
  return sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from(commonName)))));
}

function toTime(hoursFromNow: number): Buffer {
  const time = new Date(Date.now() + hoursFromNow * 3_600_000).toISOString();
  return der(0x17, Buffer.from(`${time.slice(2, 19).replace(/[-T:]/g, '')}Z`));
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts));
}

function integer(value: number): Buffer {
  return der(0x02, Buffer.of(value));
}

function oid(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, 'hex'));
}

function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.of(tag, length), content]);
  if (length < 0x100) return Buffer.concat([Buffer.of(tag, 0x81, length), content]);
  return Buffer.concat([Buffer.of(tag, 0x82, length >> 8, length & 0xff), content]);
}

function toPem(label: string, content: Buffer): string {
  const lines = content.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

function toKeyPem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}
