import { type Log, limitLines } from '../http/log.ts';
import type { Decision } from './decision.ts';
import { answerOf, type Reason } from './reasons.ts';

/** Told of every decision, once its answer is on the way. @param milliseconds from the request's arrival */
export type Audit = (decision: Decision, milliseconds: number) => void;

/** Lines a second of one reason. Whoever is let in is always told; junk is told of once. */
const JUNK: ReadonlySet<Reason> = new Set(['not-an-iam-token', 'review-malformed']);
const JUNK_LINES = 1;
const REFUSAL_LINES = 20;

type Limiter = ReturnType<typeof limitLines>;

/** A line for each decision: the reason, whom STS named and whom the mapping makes of that. Never a token. */
export function createAudit(log: Log, now: () => number): Audit {
  const limiters = new Map<Reason, Limiter>();
  const findLimiter = (reason: Reason): Limiter => {
    const limit = JUNK.has(reason) ? JUNK_LINES : REFUSAL_LINES;
    const limiter = limiters.get(reason) ?? limitLines({ limit, interval: 1_000 });
    limiters.set(reason, limiter);
    return limiter;
  };
  return (decision, milliseconds) => {
    if (decision.reason === 'granted') {
      log.info(toFields(decision, milliseconds), 'access granted');
      return;
    }
    findLimiter(decision.reason)(now(), (suppressed) =>
      log.info(
        { ...toFields(decision, milliseconds), ...(suppressed > 0 && { suppressed }) },
        'access denied',
      ),
    );
  };
}

function toFields(decision: Decision, milliseconds: number): object {
  const { reason, detail, region, source, tokenHash } = decision;
  return {
    answer: answerOf(reason),
    reason,
    ...(detail !== undefined && { detail }),
    ...toPrincipal(decision),
    ...toUser(decision),
    ...(region !== undefined && { region }),
    ...(source !== undefined && { source }),
    ...(tokenHash !== undefined && { tokenHash }),
    ms: Math.round(milliseconds * 10) / 10,
  };
}

function toPrincipal({ identity, scrubbed }: Decision): object {
  if (identity === undefined || scrubbed) return {};
  const { arn, canonicalArn, accountId, userId, sessionName, accessKeyId } = identity;
  return { arn, canonicalArn, accountId, userId, sessionName, accessKeyId };
}

function toUser({ user, origin }: Decision): object {
  const mapping = origin === undefined ? {} : { mapping: `${origin.backend} ${origin.entry}` };
  if (user === undefined) return mapping;
  return { username: user.username, groups: user.groups, uid: user.uid, ...mapping };
}
