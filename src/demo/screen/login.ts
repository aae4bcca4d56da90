import type { LoginReport } from '../report.ts';
import { DEEPER, INDENT, type Layout, renderSentence } from './layout.ts';

/** Who the bearer of a token is, and why that is so. */
export function renderLogin(report: LoginReport, layout: Layout): string[] {
  const { user, sts, explanation, problems } = report;
  const told = sts === undefined ? 'STS was not asked' : `STS says: ${sts}`;
  return [
    renderVerdict(report, layout),
    `${INDENT}${layout.paint('quiet', `  ${told}`)}`,
    ...renderSentence(explanation, undefined, layout),
    ...(user === undefined ? renderReason(report, layout) : []),
    ...problems.flatMap((problem) => renderSentence(`✘ ${problem}`, 'bad', layout)),
  ];
}

function renderVerdict({ user, reason, problems }: LoginReport, { paint }: Layout): string {
  const style = problems.length > 0 ? 'bad' : user === undefined ? 'warning' : 'good';
  const mark = style === 'good' ? '✔' : '✘';
  const who =
    user === undefined
      ? 'nobody for the cluster'
      : `user ${user.username} of the cluster, in ${user.groups.join(', ') || 'no group'}`;
  const code = paint('quiet', `reason: ${reason || 'none given'}`);
  return `${INDENT}${paint(style, mark)} ${paint('title', who)}   ${code}`;
}

/** kubectl only says that one must be logged in. */
function renderReason({ meaning, remedies }: LoginReport, layout: Layout): string[] {
  return [
    `${INDENT}${layout.paint('title', "the reason, which only the authenticator's log has:")}`,
    ...renderSentence(meaning || 'none', 'warning', layout, DEEPER),
    ...remedies.flatMap((remedy) => renderSentence(`→ ${remedy}`, 'good', layout, DEEPER)),
  ];
}
