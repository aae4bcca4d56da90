import { createPrivateKey, X509Certificate } from 'node:crypto';
import { describeError } from '../base/errors.ts';
import { type CertificatePair, checkPair } from '../http/certificate.ts';
import type { Period } from './timing.ts';

/** The members of the Secret's data that are ours; all of them PEM. */
export const MEMBERS = ['tls.crt', 'tls.key', 'ca.crt', 'ca.key', 'next-ca.key', 'retired.crt'] as const;

export type Member = (typeof MEMBERS)[number];

/** What the Secret holds under our names; '' is not there. */
export type Texts = Readonly<Record<Member, string>>;

export const NO_TEXTS: Texts = {
  'tls.crt': '',
  'tls.key': '',
  'ca.crt': '',
  'ca.key': '',
  'next-ca.key': '',
  'retired.crt': '',
};

/** The common name of each authority that we make, by which we know them again. */
export const AUTHORITY_NAME = 'iam-bridge serving authority';
const AUTHORITY_SUBJECT = `CN=${AUTHORITY_NAME}`;

export interface Certificate extends Period {
  readonly x509: X509Certificate;
  /** PEM */
  readonly cert: string;
}

export interface Signer extends Certificate {
  /** PEM */
  readonly key: string;
}

export interface Serving extends CertificatePair {
  readonly x509: X509Certificate;
}

/** What is stored, as far as it can be understood. */
export interface OwnContents {
  readonly kind: 'own';
  /** All of `ca.crt`, those with a key among them. */
  readonly authorities: readonly Certificate[];
  /** It signs. */
  readonly current: Signer | undefined;
  /** It will sign. */
  readonly next: Signer | undefined;
  /** A pair that one of the authorities has signed. */
  readonly serving: Serving | undefined;
  /** Last certificates of authorities that sign no more. */
  readonly retired: readonly Certificate[];
  /** What is there and of no use, a sentence each. */
  readonly flaws: readonly string[];
}

export type Contents =
  | { readonly kind: 'empty' }
  /** A good pair, signed under another name than that of our authorities. */
  | { readonly kind: 'foreign'; readonly serving: Serving }
  | OwnContents;

/** Authorities and last certificates in one text; we have four at most. */
const MOST_CERTIFICATES = 200;

/** Understands whatever anybody has put into the Secret. Never throws. */
export function readContents(texts: Texts): Contents {
  if (MEMBERS.every((member) => texts[member] === '')) return { kind: 'empty' };
  const flaws: string[] = [];
  const authorities = readAuthorities(texts, flaws);
  const pair = readServing(texts, flaws);
  if (pair !== undefined && pair.x509.issuer !== AUTHORITY_SUBJECT) return { kind: 'foreign', serving: pair };
  const isTrusted = pair !== undefined && authorities.some((authority) => isSignedBy(pair, authority));
  if (pair !== undefined && !isTrusted) flaws.push('tls.crt is signed by no authority in ca.crt');
  const retired = readCertificates(texts, 'retired.crt', flaws);
  const current = findSigner(texts, 'ca.key', authorities, flaws);
  // Whose key is there twice is its own successor, and would never be replaced.
  const others = authorities.filter((each) => current === undefined || !isSame(each, current));
  const next = findSigner(texts, 'next-ca.key', others, flaws);
  return { kind: 'own', authorities, current, next, serving: isTrusted ? pair : undefined, retired, flaws };
}

export function isSignedBy(
  { x509 }: Pick<Certificate, 'x509'>,
  authority: Pick<Certificate, 'x509'>,
): boolean {
  return x509.checkIssued(authority.x509) && x509.verify(authority.x509.publicKey);
}

export function isSame(a: Pick<Certificate, 'x509'>, b: Pick<Certificate, 'x509'>): boolean {
  return a.x509.fingerprint256 === b.x509.fingerprint256;
}

/** The DNS names and addresses that a certificate is for, as node:crypto writes them: `DNS:a, IP Address:192.0.2.1`. */
export function readNames({ x509 }: Pick<Certificate, 'x509'>): string[] {
  return (x509.subjectAltName ?? '').split(', ').map((name) => name.replace(/^(?:DNS|IP Address):/, ''));
}

function readAuthorities(texts: Texts, flaws: string[]): Certificate[] {
  const all = readCertificates(texts, 'ca.crt', flaws);
  const ours = all.filter(isAuthorityOfOurs);
  const once = ours.filter((each, index) => ours.findIndex((other) => isSame(each, other)) === index);
  if (once.length < all.length) flaws.push('ca.crt holds what is no authority of ours, or one of them twice');
  // It goes into `caBundle` as it is, which everybody may read, and where the API server takes less than OpenSSL does.
  else if (texts['ca.crt'] !== joinCertificates(once)) flaws.push('ca.crt holds more than authorities');
  return once;
}

function isAuthorityOfOurs({ x509 }: Certificate): boolean {
  return x509.ca && x509.subject === AUTHORITY_SUBJECT && x509.verify(x509.publicKey);
}

function readServing(texts: Texts, flaws: string[]): Serving | undefined {
  const { 'tls.crt': cert, 'tls.key': key } = texts;
  if (cert === '' && key === '') return undefined;
  try {
    const pair = checkPair([cert, key], { certPath: 'tls.crt', keyPath: 'tls.key' });
    return { ...pair, x509: new X509Certificate(cert) };
  } catch (error) {
    flaws.push(describeError(error));
    return undefined;
  }
}

function readCertificates(texts: Texts, member: Member, flaws: string[]): Certificate[] {
  const blocks = texts[member].match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  if (texts[member] !== '' && blocks.length === 0) flaws.push(`${member} holds no PEM certificate`);
  if (blocks.length > MOST_CERTIFICATES)
    flaws.push(`${member} holds more than ${MOST_CERTIFICATES} certificates`);
  return blocks.slice(0, MOST_CERTIFICATES).flatMap((block) => {
    try {
      const x509 = new X509Certificate(block);
      return [toCertificate(x509)];
    } catch {
      flaws.push(`${member} holds a certificate that is none`);
      return [];
    }
  });
}

/** As we write them. */
export function joinCertificates(certificates: readonly Certificate[]): string {
  return certificates.map(({ cert }) => `${cert.trim()}\n`).join('');
}

export function toCertificate(x509: X509Certificate): Certificate {
  return {
    x509,
    cert: x509.toString(),
    notBefore: x509.validFromDate.getTime(),
    notAfter: x509.validToDate.getTime(),
  };
}

/** Which authority a key belongs to is seen, not stored: so the two cannot disagree. */
function findSigner(
  texts: Texts,
  member: 'ca.key' | 'next-ca.key',
  authorities: readonly Certificate[],
  flaws: string[],
): Signer | undefined {
  const text = texts[member];
  if (text === '') return undefined;
  try {
    const key = createPrivateKey(text);
    const found = authorities.find(({ x509 }) => x509.checkPrivateKey(key));
    if (found !== undefined && key.asymmetricKeyDetails?.namedCurve === 'prime256v1')
      return { ...found, key: text };
    flaws.push(`${member} is the key of no other authority in ca.crt`);
  } catch {
    flaws.push(`${member} is no PEM key`);
  }
  return undefined;
}
