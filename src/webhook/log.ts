import { type Log, limitLines } from '../http/log.ts';
import type { Judgement } from './judge.ts';
import { toWarnings } from './notices.ts';
import { describeOwner } from './owner.ts';
import { outcomeOf } from './reasons.ts';

/** From this level on every decision is a line; below it only faults are, and not too many of those. */
const DECISION_LEVEL = 3;

/** Never a pod's body, an environment value or a token: names, the reason and what was warned about. */
export function createJudgementLog(log: Log, now: () => number): (judgement: Judgement) => void {
  const limited = limitLines({ limit: 10, interval: 10_000 });
  return (judgement) => {
    const { problem } = judgement;
    if (problem !== undefined) {
      limited(now(), (suppressed) =>
        log.error({ ...toFields(judgement), problem, suppressed }, 'pod left unchanged'),
      );
    } else if (log.verbosity >= DECISION_LEVEL) {
      log.info(toFields(judgement), 'admission');
    }
  };
}

function toFields({ identity, admission, target, dryRun }: Judgement): object {
  const { reason, patch, notices } = admission;
  const about = target === undefined ? {} : toPodFields(target);
  const notes = notices.length === 0 ? {} : { notices: toWarnings(notices) };
  return {
    outcome: outcomeOf(reason),
    reason,
    uid: cut(identity.uid),
    ...about,
    dryRun,
    operations: patch.length,
    ...notes,
  };
}

function toPodFields({ pod, namespace, serviceAccount }: NonNullable<Judgement['target']>): object {
  return { namespace: cut(namespace), serviceAccount: cut(serviceAccount), owner: describeOwner(pod) };
}

/** Kubernetes names have 253 characters at most; a caller who is no API server may send megabytes. */
function cut(text: string): string {
  return text.slice(0, 253);
}
