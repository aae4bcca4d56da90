import { X509Certificate } from 'node:crypto';
import { ConfigurationError, toError } from '../../../base/errors.ts';
import { isAddress } from '../../../base/names/host.ts';
import { createAuthorityPair, issueCertificate, type KeyPair } from '../../../http/issue-certificate.ts';
import type { StateFolder, StoredPair } from './state-folder.ts';

/** The certificate that the API server is shown, and whom it has to trust for that. */
export interface ServingCertificate {
  /** PEM: `certificate-authority-data` of the webhook kubeconfig. */
  readonly authority: string;
  /**
   * - `renewed`: it is of our own authority, and new ones come in time.
   * - `foreign`: somebody else's, such as that of the Go program; it stays as it is.
   * - `orphaned`: of an authority of ours that is not here, so that nothing can be renewed.
   * - `sealed`: of our authority, whose key is not here.
   */
  readonly kind: 'renewed' | 'foreign' | 'orphaned' | 'sealed';
  /** What was made just now. */
  readonly made: readonly ('authority' | 'certificate')[];
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** kube-apiserver reads its webhook kubeconfig once: the authority in it must not end. */
const AUTHORITY_LIFE = 36_525 * DAY;
const LEAF_LIFE = 90 * DAY;
/** What is left of a leaf when the next one is made. */
const LEAF_REST = 30 * DAY;
/** Clocks of other machines may be behind. */
const SKEW = HOUR;

const AUTHORITY_NAME = 'iam-bridge authenticator authority';
/** As the Go program has it. */
const COMMON_NAME = 'aws-iam-authenticator';

/**
 * Sees to it that there is a certificate for `names` which lasts a while. An authority is made once, so that the API server
 * knows every certificate that follows; a pair that is not of it is never touched.
 * @param now ms since epoch
 * @throws ConfigurationError in one sentence
 */
export async function ensureCertificate(
  folder: StateFolder,
  names: readonly string[],
  now: number,
): Promise<ServingCertificate> {
  const serving = await folder.read('serving');
  const stored = await folder.read('authority');
  if (isWhole(serving) && !isOf(serving, stored.cert, folder)) {
    const kind = stored.cert === undefined && isOrphaned(serving, folder) ? 'orphaned' : 'foreign';
    return { authority: firstOf(serving.cert, folder), kind, made: [] };
  }
  if (isWhole(serving) && stored.cert !== undefined && stored.key === undefined) {
    return { authority: stored.cert, kind: 'sealed', made: [] };
  }
  const authority = await ensureAuthority(folder, stored, now);
  const isMade = await ensureLeaf(folder, { serving, authority, names, now });
  return {
    authority: authority.cert,
    kind: 'renewed',
    made: [
      ...(stored.cert === undefined ? ['authority' as const] : []),
      ...(isMade ? ['certificate' as const] : []),
    ],
  };
}

/**
 * Makes the next certificate where the one that is served is due. Nothing else is made while the server runs: a new authority
 * would lock everybody out.
 * @returns whether one was made
 * @throws ConfigurationError in one sentence
 */
export async function renewCertificate(
  folder: StateFolder,
  names: readonly string[],
  now: number,
): Promise<boolean> {
  const [serving, authority] = [await folder.read('serving'), await folder.read('authority')];
  if (!isWhole(serving)) {
    const files = `${folder.path('serving', 'cert')} or ${folder.path('serving', 'key')}`;
    throw new ConfigurationError(`${files} is gone: bring it back; the certificate before serves on`);
  }
  if (authority.cert === undefined && isOrphaned(serving, folder))
    throw new ConfigurationError(describeOrphan(folder));
  if (!isWhole(authority) || !isOf(serving, authority.cert, folder)) return false;
  return await ensureLeaf(folder, { serving, authority, names, now });
}

/** A certificate for the API server, to show when it calls; made once, since that is how often it reads it. */
export async function ensureClientCertificate(
  folder: StateFolder,
  commonName: string,
  now: number,
): Promise<KeyPair> {
  const stored = await folder.read('client');
  if (isWhole(stored)) return stored;
  const authority = await folder.read('authority');
  if (!isWhole(authority)) {
    const file = folder.path('authority', 'key');
    throw new ConfigurationError(
      `a client certificate needs the authority's key, and there is no ${file}: move cert.pem and key.pem away and run init again, then restart kube-apiserver with the new kubeconfig`,
    );
  }
  const request = { commonName, usage: 'client', names: [], ...toValidity(now, AUTHORITY_LIFE) } as const;
  await folder.create('client', await issueCertificate(authority, request), true);
  return await readMade(folder, 'client');
}

function toValidity(now: number, life: number) {
  return { notBefore: now - SKEW, notAfter: now + life };
}

function isWhole(pair: StoredPair): pair is KeyPair {
  return pair.cert !== undefined && pair.key !== undefined;
}

async function ensureAuthority(folder: StateFolder, stored: StoredPair, now: number): Promise<KeyPair> {
  if (isWhole(stored)) return stored;
  if (stored.cert !== undefined) return fail(folder, 'authority');
  const pair = await createAuthorityPair(AUTHORITY_NAME, toValidity(now, AUTHORITY_LIFE));
  await folder.create('authority', pair, stored.key !== undefined);
  return await readMade(folder, 'authority');
}

/** ms between two looks at what another process is just writing, and how many there are. */
const LOOKS = { interval: 20, most: 50 };

/** What was just made, here or by another process that was faster, and may have written half of it so far. */
async function readMade(folder: StateFolder, name: 'authority' | 'client'): Promise<KeyPair> {
  for (let look = 0; look < LOOKS.most; look += 1) {
    const made = await folder.read(name);
    if (isWhole(made)) return made;
    await new Promise((resolve) => setTimeout(resolve, LOOKS.interval));
  }
  return fail(folder, name);
}

function fail(folder: StateFolder, name: 'authority' | 'client'): never {
  const [cert, key] = [folder.path(name, 'cert'), folder.path(name, 'key')];
  throw new ConfigurationError(
    `${cert} is there without ${key}: bring that back, or move ${cert} away, after which kube-apiserver has to be restarted with a new webhook kubeconfig`,
  );
}

interface LeafOptions {
  readonly serving: StoredPair;
  readonly authority: KeyPair;
  readonly names: readonly string[];
  readonly now: number;
}

/** @returns whether one was made */
async function ensureLeaf(
  folder: StateFolder,
  { serving, authority, names, now }: LeafOptions,
): Promise<boolean> {
  if (isWhole(serving) && isFresh(new X509Certificate(serving.cert), names, now)) return false;
  const life = Math.min(LEAF_LIFE, new X509Certificate(authority.cert).validToDate.getTime() - now);
  const request = { commonName: COMMON_NAME, usage: 'server', names, ...toValidity(now, life) } as const;
  if (isWhole(serving)) {
    // The key stays: so one file changes, and nobody sees half of a pair.
    const { cert } = await issueCertificate(authority, request, serving.key);
    await folder.renew('serving', cert);
  } else {
    const isHalf = serving.cert !== undefined || serving.key !== undefined;
    await folder.create('serving', await issueCertificate(authority, request), isHalf);
  }
  return true;
}

function isFresh(leaf: X509Certificate, names: readonly string[], now: number): boolean {
  const isFor = (name: string): boolean =>
    (isAddress(name) ? leaf.checkIP(name) : leaf.checkHost(name)) !== undefined;
  return (
    names.every(isFor) && leaf.validFromDate.getTime() <= now && leaf.validToDate.getTime() - now > LEAF_REST
  );
}

function isOf(serving: KeyPair, authority: string | undefined, folder: StateFolder): boolean {
  if (authority === undefined) return false;
  const leaf = parse(serving.cert, folder.path('serving', 'cert'));
  const parent = parse(authority, folder.path('authority', 'cert'));
  return leaf.checkIssued(parent) && leaf.verify(parent.publicKey);
}

/** Whoever copies what the Go program's `init` writes, copies two files. */
function isOrphaned({ cert }: KeyPair, folder: StateFolder): boolean {
  return parse(cert, folder.path('serving', 'cert')).issuer === `CN=${AUTHORITY_NAME}`;
}

/** What to do, before every login fails. */
export function describeOrphan(folder: StateFolder): string {
  const [cert, ca, key] = [
    folder.path('serving', 'cert'),
    folder.path('authority', 'cert'),
    folder.path('authority', 'key'),
  ];
  return `${cert} ends within ${LEAF_LIFE / DAY} days, and without ${ca} and ${key} there is no next one: copy these two of init as well`;
}

/** The Go program hands its first certificate to the API server, which is its own authority. */
function firstOf(cert: string, folder: StateFolder): string {
  return parse(cert, folder.path('serving', 'cert')).toString();
}

function parse(pem: string, path: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (cause) {
    const message = `${path} holds no certificate (${toError(cause).message}): bring it back, or move it away`;
    throw new ConfigurationError(message, { cause });
  }
}
