import { X509Certificate } from 'node:crypto';
import { createAuthorityPair, issueCertificate } from '../http/issue-certificate.ts';
import {
  AUTHORITY_NAME,
  type Contents,
  isSame,
  isSignedBy,
  joinCertificates,
  NO_TEXTS,
  type OwnContents,
  readNames,
  type Signer,
  type Texts,
  toCertificate,
} from './contents.ts';
import { isNeeded, keepRetired, type Step } from './plan.ts';
import { isDue, type Timing, toPeriod } from './timing.ts';

/** A step that writes something. */
export type WritingStep = Exclude<Step, { readonly kind: 'none' | 'leave' }>;

export interface Making {
  /** Of the certificate: at most 64 characters (X.520). */
  readonly commonName: string;
  readonly names: readonly string[];
  readonly timing: Timing;
  /** ms since epoch */
  readonly now: number;
}

/** A certificate for more names than these is for nobody. */
const MOST_NAMES = 40;

/** What the Secret is to hold after a step. */
export async function makeTexts(step: WritingStep, contents: Contents, making: Making): Promise<Texts> {
  if (step.kind === 'restore') return step.texts;
  if (step.kind === 'found' || contents.kind !== 'own') return await found(making);
  const { current, next } = contents;
  switch (step.kind) {
    case 'announce':
      return toTexts({ ...contents, next: await createSigner(making) }, making);
    case 'promote':
      return next === undefined
        ? await found(making)
        : await renew({ ...contents, current: next, next: undefined }, making);
    case 'renew':
      return current === undefined ? await found(making) : await renew(contents, making);
    case 'tidy':
      return toTexts(contents, making);
  }
}

async function found(making: Making): Promise<Texts> {
  const current = await createSigner(making);
  const nothing = {
    kind: 'own',
    authorities: [],
    next: undefined,
    serving: undefined,
    retired: [],
    flaws: [],
  } as const;
  return await renew({ ...nothing, current }, making);
}

async function createSigner({ now, timing }: Making): Promise<Signer> {
  const { cert, key } = await createAuthorityPair(
    AUTHORITY_NAME,
    toPeriod(now, timing.authorityLife, timing),
  );
  return { ...toCertificate(new X509Certificate(cert)), key };
}

/** The certificate before is remembered where its authority signs no more. */
async function renew(contents: OwnContents, making: Making): Promise<Texts> {
  const { current, serving, retired } = contents;
  if (current === undefined) throw new Error('there is no authority that could sign');
  const { commonName, timing, now } = making;
  const names = chooseNames(contents, making);
  const period = toPeriod(now, timing.leafLife, timing, current.notAfter);
  const pair = await issueCertificate(current, { commonName, usage: 'server', names, ...period });
  const isLast = serving !== undefined && !isSignedBy(serving, current);
  const made = {
    ...contents,
    serving: { ...pair, ...period, x509: new X509Certificate(pair.cert) },
    retired: isLast ? [...retired, toCertificate(serving.x509)] : retired,
  };
  return toTexts(made, making);
}

/**
 * Where replicas differ in what they ask for, as they do while flags change, the certificate is for all of it, so that they
 * do not undo each other's. What nobody asks for any more is gone with the next that comes in time.
 */
function chooseNames({ serving }: OwnContents, { names, now, timing }: Making): readonly string[] {
  if (serving === undefined || isDue(serving, timing, now, 0)) return names;
  const all = [...new Set([...names, ...readNames(serving)])];
  return all.length > MOST_NAMES ? names : all;
}

/** Renders what is needed: the authority that signs first, then the next, then those that have signed. */
function toTexts(contents: OwnContents, { now, timing }: Making): Texts {
  const { authorities, current, next, serving } = contents;
  const retired = keepRetired(contents, now, timing.skew);
  const signers = [current, next].filter((each) => each !== undefined);
  const others = authorities.filter(
    (each) => !signers.some((signer) => isSame(signer, each)) && isNeeded(each, contents, retired),
  );
  return {
    ...NO_TEXTS,
    ...(serving && { 'tls.crt': serving.cert, 'tls.key': serving.key }),
    'ca.crt': joinCertificates([...signers, ...others]),
    'ca.key': current?.key ?? '',
    'next-ca.key': next?.key ?? '',
    'retired.crt': joinCertificates(retired),
  };
}
