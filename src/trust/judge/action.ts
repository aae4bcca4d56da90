import { matchGlob, toGlob } from '../match/glob.ts';
import type { ActionElement } from '../policy/action.ts';
import { showValue } from '../policy/problem.ts';
import { toTristate } from '../tristate.ts';
import type { PartReport, TrustAction } from '../verdict.ts';

/** Action or NotAction against an action; case does not count (IAM user guide, "IAM JSON policy elements: Action"). */
export function judgeAction({ inverted, patterns }: ActionElement, action: TrustAction): PartReport {
  const wanted = action.toLowerCase();
  const named = patterns.some((pattern) => matchGlob(toGlob(pattern.toLowerCase()), wanted));
  const list = patterns.map(showValue).join(', ');
  const element = inverted ? 'NotAction' : 'Action';
  if (named !== inverted) return { matches: 'yes', detail: `${element} ${list} covers ${action}` };
  return {
    matches: toTristate(false),
    detail: `${element} ${list} leaves out ${action}${advise(patterns, action)}`,
  };
}

function advise(patterns: readonly string[], action: TrustAction): string {
  const isOther = patterns.some((pattern) => pattern.toLowerCase() === 'sts:assumerole');
  if (action !== 'sts:AssumeRoleWithWebIdentity')
    return `: write ${action} beside sts:AssumeRoleWithWebIdentity`;
  return isOther
    ? ': sts:AssumeRole is for callers with AWS keys, a pod with a token needs sts:AssumeRoleWithWebIdentity'
    : `: write "Action": "${action}"`;
}
