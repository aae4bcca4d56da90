import type { Caller } from '../admission/handler.ts';
import { type ReviewIdentity, readReview, readTimeout } from '../admission/review.ts';
import { type Admission, admitPod, leave, leaveForFault, readTarget, type Target } from './admit.ts';
import type { AccountFinding, IdentitySources } from './identity.ts';
import type { Reason } from './reasons.ts';
import type { WebhookSettings } from './settings.ts';
import type { Account } from './sources/account.ts';
import type { FindAccount } from './sources/find-account.ts';

export interface JudgeDeps {
  readonly settings: WebhookSettings;
  readonly accounts: { get(key: string): Account | undefined };
  readonly sources: () => IdentitySources;
  readonly findAccount: FindAccount;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

export type PodTarget = Extract<Target, { kind: 'pod' }>;

/** One review with its answer, and what a log and the metrics want to know of it. */
export interface Judgement {
  readonly identity: ReviewIdentity;
  readonly admission: Admission;
  readonly target: PodTarget | undefined;
  readonly dryRun: boolean;
  /** How the pod's ServiceAccount was found; undefined where nobody looked. */
  readonly found: AccountFinding['kind'] | undefined;
  /** Set for a fault. */
  readonly problem: string | undefined;
}

/**
 * Decides a review. Only an account that the watch has not brought makes it wait, so all other answers come without a
 * promise. Never throws, never rejects: a fault of ours must not become a fault of the pod.
 * @param url of the request; kube-apiserver writes its deadline there
 * @param caller whose going ends a wait
 */
export function judgeReview(
  deps: JudgeDeps,
  body: Buffer,
  url: string,
  caller: Caller,
): Judgement | Promise<Judgement> {
  const reading = readReview(body);
  if (reading.kind === 'fault') return toFault(reading.identity, reading.fault, reading.problem);
  const { identity, request } = reading;
  const target = readTarget(request);
  if (target.kind === 'none') return toUntargeted(identity, target);
  const { namespace, serviceAccount } = target;
  const conclude = (found: AccountFinding): Judgement =>
    concludePod(deps, { identity, target, dryRun: request.dryRun }, found);
  const account = deps.accounts.get(`${namespace}/${serviceAccount}`);
  if (account !== undefined) return conclude({ kind: 'known', account });
  if (serviceAccount === '') return conclude({ kind: 'unknown' });
  return untilGone(deps.findAccount(namespace, serviceAccount, readTimeout(url)), caller).then(conclude);
}

/**
 * A caller whose connection was cut off to make room must not keep a pod in memory until the search is over: nothing that
 * the search holds may be made where the pod is at hand, since functions of one scope hold it together.
 */
async function untilGone(search: Promise<AccountFinding>, caller: Caller): Promise<AccountFinding> {
  const { promise: gone, resolve } = Promise.withResolvers<AccountFinding>();
  const leave = (): void => resolve({ kind: 'unread', why: 'the caller has gone' });
  caller.once('close', leave);
  try {
    return await Promise.race([search, gone]);
  } catch {
    return { kind: 'unread', why: 'an internal error' };
  } finally {
    caller.off('close', leave);
  }
}

function concludePod(
  { settings, sources, random }: JudgeDeps,
  about: Pick<Judgement, 'identity' | 'dryRun'> & { readonly target: PodTarget },
  found: AccountFinding,
): Judgement {
  try {
    const admission = admitPod(about.target, found, { settings, sources: sources(), random });
    return { ...about, admission, found: found.kind, problem: undefined };
  } catch (error) {
    const name = error instanceof Error ? error.name : typeof error;
    return { ...toFault(about.identity, 'internal-error', `internal error (${name})`), ...about };
  }
}

function toUntargeted(identity: ReviewIdentity, target: Extract<Target, { kind: 'none' }>): Judgement {
  const { reason, problem } = target;
  if (problem !== undefined) return toFault(identity, reason, problem);
  return {
    identity,
    admission: leave(reason, []),
    target: undefined,
    dryRun: false,
    found: undefined,
    problem,
  };
}

function toFault(identity: ReviewIdentity, reason: Reason, problem: string): Judgement {
  const admission = leaveForFault(reason, problem);
  return { identity, admission, target: undefined, dryRun: false, found: undefined, problem };
}
