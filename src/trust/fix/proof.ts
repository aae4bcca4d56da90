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
  return prove(
    { proposal, old, request },
    (policy, verdict) =>
      isSettled(verdict) &&
      listOthers(old, request).every((each) => decideTrust(old, each) === decideTrust(policy, each)),
  );
}

/** A policy for a role of its own lets this caller in, and nobody else. */
export function proveOwnRole(proposal: Proposal, request: TrustRequest): Proved | undefined {
  return prove(
    { proposal, old: undefined, request },
    (policy, verdict) =>
      isSettled(verdict) && listOthers(policy, request).every((each) => decideTrust(policy, each) === 'deny'),
  );
}

/** A tighter policy shuts out tokens of other audiences, and is the same to all with this one. */
export function proveTightening(
  proposal: Proposal,
  old: TrustPolicy,
  request: TrustRequest,
): Proved | undefined {
  return prove({ proposal, old, request }, (policy) =>
    listWitnesses(old, request).every((each) => {
      const [before, after] = [decideTrust(old, each), decideTrust(policy, each)];
      return before === after || (after === 'deny' && each.token.audience !== request.token.audience);
    }),
  );
}

interface Claim {
  readonly proposal: Proposal;
  /** undefined: there is none that it takes the place of */
  readonly old: TrustPolicy | undefined;
  readonly request: TrustRequest;
}

/** @param holds whether the policy that is proposed, and what it makes of this caller, are as they have to be */
function prove(
  { proposal, old, request }: Claim,
  holds: (policy: TrustPolicy, verdict: TrustVerdict) => boolean,
): Proved | undefined {
  const read = readUnderQuota(proposal, old);
  if (read === undefined) return undefined;
  const verdict = evaluateTrust(read.policy, request);
  return holds(read.policy, verdict) ? { text: read.text, changes: proposal.changes, verdict } : undefined;
}

/** The callers that a policy may tell apart, but for this one. */
function listOthers(policy: TrustPolicy, request: TrustRequest): readonly TrustRequest[] {
  return listWitnesses(policy, request).filter((witness) => !isSame(witness, request));
}

function isSame({ provider, token }: TrustRequest, other: TrustRequest): boolean {
  return (
    provider.arn === other.provider.arn &&
    token.sub === other.token.sub &&
    token.audience === other.token.audience
  );
}
