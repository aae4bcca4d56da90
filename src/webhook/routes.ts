import { renderAnswer } from '../admission/answer.ts';
import { createReviewHandler } from '../admission/handler.ts';
import type { ReviewIdentity } from '../admission/review.ts';
import type { ReadBody } from '../http/body.ts';
import type { ClientTrust } from '../http/client-trust.ts';
import type { DirectHandler } from '../http/routing.ts';
import type { Admission } from './admit.ts';
import { type JudgeDeps, type Judgement, judgeReview } from './judge.ts';
import type { WebhookMetrics } from './metrics.ts';
import { toWarnings } from './notices.ts';
import { describeOwner } from './owner.ts';
import { outcomeOf } from './reasons.ts';

export interface MutateDeps extends JudgeDeps {
  readonly readBody: ReadBody;
  /** Who may call, by certificates; absent: everybody. */
  readonly callers?: ClientTrust | undefined;
  readonly metrics: WebhookMetrics;
  /** Monotonic, ms. */
  readonly monotonic: () => number;
  /** Told of every judgement, after its answer is on the way. */
  readonly log: (judgement: Judgement) => void;
}

/** Answers `POST /mutate`: an AdmissionReview in, an AdmissionReview out. */
export function createMutateHandler(deps: MutateDeps): DirectHandler {
  const { metrics, monotonic, readBody, callers } = deps;
  return createReviewHandler<Judgement>({
    readBody,
    callers,
    monotonic,
    judge: (body, url, caller) => judgeReview(deps, body, url, caller),
    render: ({ identity, admission }) => renderAdmission(identity, admission),
    answered: (verb, status, milliseconds) => metrics.request(verb, status, milliseconds * 1000),
    judged(judgement, milliseconds) {
      countJudgement(metrics, judgement, milliseconds / 1000);
      deps.log(judgement);
    },
  });
}

/** The answer's text: the notices become warnings, the reason an audit annotation. */
export function renderAdmission(identity: ReviewIdentity, { patch, notices, reason }: Admission): string {
  return renderAnswer(identity, { patch, warnings: toWarnings(notices), reason });
}

function countJudgement(
  metrics: WebhookMetrics,
  { admission, target, found, dryRun }: Judgement,
  seconds: number,
): void {
  metrics.admission(admission, seconds);
  if (found === 'unknown' || found === 'unread') metrics.missingAccount();
  // A dry run creates no pod, so none is left out.
  if (!dryRun && target !== undefined && outcomeOf(admission.reason) === 'left-out') {
    metrics.leftOut(admission.reason, target.namespace, describeOwner(target.pod));
  }
}
