import { isAddress } from '../base/names/host.ts';
import {
  type Certificate,
  type Contents,
  isSame,
  isSignedBy,
  type OwnContents,
  type Serving,
  type Texts,
} from './contents.ts';
import { isDue, isValid, type Period, type Timing } from './timing.ts';

/** What is to be written into the Secret next; one thing at a time. */
export type Step =
  /** All is as it should be. */
  | { readonly kind: 'none' }
  /** Not ours to change. */
  | { readonly kind: 'leave'; readonly problem: string }
  /** What this replica knew, since it is lost. */
  | { readonly kind: 'restore'; readonly texts: Texts; readonly why: string }
  /** A new authority, which signs at once: nothing is trusted that could go on meanwhile. */
  | { readonly kind: 'found'; readonly why: string }
  /** A new authority, which does not sign yet. */
  | { readonly kind: 'announce'; readonly why: string }
  /** The next authority signs from now on. */
  | { readonly kind: 'promote'; readonly why: string }
  /** A new certificate by the authority that signs. */
  | { readonly kind: 'renew'; readonly why: string }
  /** Out goes what is needed no more, and what is of no use. */
  | { readonly kind: 'tidy'; readonly why: string };

export interface Situation {
  readonly contents: Contents;
  /** What this replica serves, where it was ever stored, and when it is good. */
  readonly known: (Period & { readonly texts: Texts }) | undefined;
  /** ms since every bundle has had the next authority; undefined: one has it not. */
  readonly announced: number | undefined;
  /** What the certificate has to be for. */
  readonly names: readonly string[];
  /** ms since epoch */
  readonly now: number;
  /** 0 inclusive to 1 exclusive */
  readonly jitter: number;
  readonly timing: Timing;
}

/** Decides by what is stored and the time alone, so that replicas which see the same do the same. */
export function planStep(situation: Situation): Step {
  const { contents, known, now } = situation;
  const lost = describeLoss(contents, now);
  if (lost !== undefined) {
    const isKnown = known !== undefined && isValid(known, now);
    return isKnown ? { kind: 'restore', texts: known.texts, why: lost } : { kind: 'found', why: lost };
  }
  if (contents.kind === 'own') return planOwn(contents, situation);
  return {
    kind: 'leave',
    problem:
      'the Secret holds a certificate that is not of our making: it is neither renewed nor put into any caBundle; remove the Secret to have one made, or name another with --tls-secret',
  };
}

/** @returns undefined where there is something to go on with */
function describeLoss(contents: Contents, now: number): string | undefined {
  if (contents.kind === 'empty') return 'the Secret holds no certificate';
  if (contents.kind === 'foreign')
    return contents.serving.notAfter > now
      ? undefined
      : 'the Secret holds a foreign certificate that has expired';
  const { serving, current, next, flaws } = contents;
  const isOfUse = [serving, current, next].some((each) => each !== undefined && isValid(each, now));
  if (isOfUse) return undefined;
  return flaws.length === 0 ? 'nothing in the Secret is valid now' : flaws.join('; ');
}

function planOwn(contents: OwnContents, situation: Situation): Step {
  const { now, timing } = situation;
  const current = whileGood(contents.current, now);
  const promotion = describePromotion(contents, situation);
  if (promotion !== undefined) return { kind: 'promote', why: promotion };
  const need = describeNeed(contents, situation);
  if (need !== undefined && current !== undefined) return { kind: 'renew', why: need };
  const succession =
    whileGood(contents.next, now) === undefined ? describeSuccession(contents, situation) : undefined;
  if (succession !== undefined) return { kind: 'announce', why: succession };
  const waste = hasWaste(contents, now, timing.skew);
  return waste
    ? { kind: 'tidy', why: contents.flaws.join('; ') || 'it is needed no more' }
    : { kind: 'none' };
}

/** Why the next authority signs from now on. */
function describePromotion(
  { current, next, serving }: OwnContents,
  { announced, now, timing }: Situation,
): string | undefined {
  if (whileGood(next, now) === undefined) return undefined;
  if (announced !== undefined && announced >= timing.lead) return 'every caBundle has it for long enough';
  const isLast = whileGood(serving, now) === undefined && whileGood(current, now) === undefined;
  return isLast ? 'nothing else can sign' : undefined;
}

/** Why the authority that signs needs a successor. */
function describeSuccession(
  { current }: OwnContents,
  { timing, now, jitter }: Situation,
): string | undefined {
  if (current === undefined) return 'ca.key is not there';
  if (whileGood(current, now) === undefined) return 'the authority is not valid now';
  return isDue(current, timing, now, jitter) ? 'the authority is due' : undefined;
}

function whileGood<T extends Period>(certificate: T | undefined, now: number): T | undefined {
  return certificate !== undefined && isValid(certificate, now) ? certificate : undefined;
}

/** Asked of the certificate: its list of names writes addresses in another form than people do. */
function isFor({ x509 }: Serving, name: string): boolean {
  return (isAddress(name) ? x509.checkIP(name) : x509.checkHost(name)) !== undefined;
}

/** Why a new certificate is needed. */
function describeNeed({ serving, flaws }: OwnContents, situation: Situation): string | undefined {
  const { names, now, jitter, timing } = situation;
  if (serving === undefined) return flaws.join('; ') || 'tls.crt is not there';
  if (serving.notBefore > now) return 'the certificate is not valid yet';
  const missing = names.filter((name) => !isFor(serving, name));
  if (missing.length > 0) return `it is not for ${missing.join(', ')}`;
  return isDue(serving, timing, now, jitter) ? 'the certificate is due' : undefined;
}

/** The last certificates that somebody may still serve, also one whose clock is behind. */
export function keepRetired({ retired }: OwnContents, now: number, skew: number): Certificate[] {
  return retired.filter(({ notAfter }) => notAfter + skew > now);
}

/** Whether an authority has a key here, or has signed something that somebody may still serve. */
export function isNeeded(
  authority: Certificate,
  { current, next, serving }: OwnContents,
  retired: readonly Certificate[],
): boolean {
  const signers = [current, next].filter((each) => each !== undefined);
  const leaves = [...(serving === undefined ? [] : [serving]), ...retired];
  return (
    signers.some((signer) => isSame(signer, authority)) || leaves.some((leaf) => isSignedBy(leaf, authority))
  );
}

function hasWaste(contents: OwnContents, now: number, skew: number): boolean {
  const retired = keepRetired(contents, now, skew);
  return (
    contents.flaws.length > 0 ||
    retired.length < contents.retired.length ||
    contents.authorities.some((authority) => !isNeeded(authority, contents, retired))
  );
}
