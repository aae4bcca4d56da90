import { matchGlob, toGlob } from '../match/glob.ts';
import type { ActionElement } from '../policy/action.ts';
import { showValue } from '../policy/problem.ts';
import { toTristate } from '../tristate.ts';
import type { PartReport } from '../verdict.ts';

/** Action or NotAction against an action; case does not count (IAM user guide, "IAM JSON policy elements: Action"). */
export function judgeAction({ inverted, patterns }: ActionElement, action: string): PartReport {
  const wanted = action.toLowerCase();
  const named = patterns.some((pattern) => isNamed(pattern.toLowerCase(), wanted));
  const list = patterns.map(showValue).join(', ');
  const element = inverted ? 'NotAction' : 'Action';
  if (named !== inverted) return { matches: 'yes', detail: `${element} ${list} covers ${action}` };
  return {
    matches: toTristate(false),
    detail: `${element} ${list} leaves out ${action}${advise(patterns, action)}`,
  };
}

function isNamed(pattern: string, wanted: string): boolean {
  return pattern === wanted || (/[*?]/.test(pattern) && matchGlob(toGlob(pattern), wanted));
}

function advise(patterns: readonly string[], action: string): string {
  const isOther = patterns.some((pattern) => pattern.toLowerCase() === 'sts:assumerole');
  if (action !== 'sts:AssumeRoleWithWebIdentity')
    return ': this caller needs it, too, in this statement or one of its own';
  return isOther
    ? ': sts:AssumeRole is for callers with AWS keys, a pod with a token needs sts:AssumeRoleWithWebIdentity, by a statement of its own'
    : ': let this caller in by a statement of its own';
}
