import { decideTrust, evaluateTrust } from '../evaluate.ts';
import { DEFAULT_SIZE_QUOTA, readTrustPolicy, type TrustPolicy } from '../policy.ts';
import type { TrustRequest } from '../request.ts';
import type { TrustVerdict } from '../verdict.ts';
import type { Proposal } from './proposal.ts';
import { isForAwsToSay } from './scope.ts';
import { listWitnesses } from './witnesses.ts';

/** A policy that was shown to do what it says. */
export interface Proved {
  /** JSON, indented. */
  readonly text: string;
  /** What is different, each a phrase for people. */
  readonly changes: readonly string[];
  /** What it makes of the caller that was asked about. */
  readonly verdict: TrustVerdict;
}

/** Allowed, or in doubt for nothing but facts that only AWS knows. */
export function isSettled({ decision, statements }: TrustVerdict): boolean {
  if (decision !== 'indeterminate') return decision === 'allow';
  return statements.filter(({ matches }) => matches === 'unknown').every(isForAwsToSay);
}

/** @returns undefined where the document is not one that IAM takes under the quota that the old one is under */
function readUnderQuota(
  { document }: Proposal,
  old: TrustPolicy | undefined,
): { text: string; policy: TrustPolicy } | undefined {
  const text = JSON.stringify(document, null, 2);
  const reading = readTrustPolicy(text);
  if (reading.kind === 'invalid') return undefined;
  const { policy } = reading;
  // One that is longer already has a quota that was raised.
  const isRoomy = old !== undefined && old.size > DEFAULT_SIZE_QUOTA;
  return policy.size <= DEFAULT_SIZE_QUOTA || isRoomy ? { text, policy } : undefined;
}

/** A correction lets this caller in, and means to everybody else what the old policy means. */
export function proveCorrection(
  proposal: Proposal,
  old: TrustPolicy,
  request: TrustRequest,
): Proved | undefined {
  const read = readUnderQuota(proposal, old);
  if (read === undefined) return undefined;
  const verdict = evaluateTrust(read.policy, request);
  const others = listWitnesses(old, request).filter((witness) => !isSame(witness, request));
  const isHarmless = others.every((each) => decideTrust(old, each) === decideTrust(read.policy, each));
  return isSettled(verdict) && isHarmless
    ? { text: read.text, changes: proposal.changes, verdict }
    : undefined;
}

/** A policy for a role of its own lets this caller in, and nobody else. */
export function proveOwnRole(proposal: Proposal, request: TrustRequest): Proved | undefined {
  const read = readUnderQuota(proposal, undefined);
  if (read === undefined) return undefined;
  const verdict = evaluateTrust(read.policy, request);
  const others = listWitnesses(read.policy, request).filter((witness) => !isSame(witness, request));
  const isExact = others.every((each) => decideTrust(read.policy, each) === 'deny');
  return isSettled(verdict) && isExact ? { text: read.text, changes: proposal.changes, verdict } : undefined;
}

/** A tighter policy shuts out tokens of other audiences, and is the same to all with this one. */
export function proveTightening(
  proposal: Proposal,
  old: TrustPolicy,
  request: TrustRequest,
): Proved | undefined {
  const read = readUnderQuota(proposal, old);
  if (read === undefined) return undefined;
  const isTighter = listWitnesses(old, request).every((each) => {
    const [before, after] = [decideTrust(old, each), decideTrust(read.policy, each)];
    return before === after || (after === 'deny' && each.token.audience !== request.token.audience);
  });
  return isTighter
    ? { text: read.text, changes: proposal.changes, verdict: evaluateTrust(read.policy, request) }
    : undefined;
}

function isSame({ provider, token }: TrustRequest, other: TrustRequest): boolean {
  return (
    provider.arn === other.provider.arn &&
    token.sub === other.token.sub &&
    token.audience === other.token.audience
  );
}
