import { type Paint, PLAIN, type Style } from '../../terminal/paint.ts';
import { type PolicyProblem, showPlain } from '../../trust/policy/problem.ts';
import { nameStatement } from '../../trust/summary.ts';
import type { Tristate } from '../../trust/tristate.ts';
import type { ConditionReport, PartReport, StatementReport, TrustVerdict } from '../../trust/verdict.ts';

const DECISIONS = {
  allow: { style: 'good', text: 'ALLOW' },
  deny: { style: 'bad', text: 'DENY' },
  indeterminate: { style: 'warning', text: 'IT DEPENDS' },
} as const satisfies Record<TrustVerdict['decision'], { style: Style; text: string }>;

const MARKS = {
  yes: { style: 'good', text: '✔' },
  no: { style: 'bad', text: '✘' },
  unknown: { style: 'warning', text: '?' },
} as const satisfies Record<Tristate, { style: Style; text: string }>;

/** The verdict, then every statement with its parts, and each condition with expected and actual. */
export function renderVerdict({ decision, summary, statements }: TrustVerdict, paint: Paint = PLAIN): string {
  const { style, text } = DECISIONS[decision];
  const lines = [
    `${paint(style, text)}  ${summary}`,
    ...statements.flatMap((report) => renderStatement(report, paint)),
  ];
  return `${lines.join('\n')}\n`;
}

function renderStatement(report: StatementReport, paint: Paint): string[] {
  const { effect, forAction, action, principal, conditions, matches } = report;
  const does = { yes: 'matches', no: 'does not match', unknown: 'may match' }[matches];
  const title = `${nameStatement(report)}: ${effect} ${does} ${forAction}`;
  return [
    '',
    paint('title', `${title.charAt(0).toUpperCase()}${title.slice(1)}`),
    renderPart(action, paint),
    renderPart(principal, paint),
    ...conditions.flatMap((condition) => renderCondition(condition, paint)),
    ...(conditions.length === 0 ? [`  ${paint('good', '✔')} no Condition`] : []),
  ];
}

function renderPart({ matches, detail }: PartReport, paint: Paint): string {
  return `  ${renderMark(matches, paint)} ${detail}`;
}

function renderMark(matches: Tristate, paint: Paint): string {
  const { style, text } = MARKS[matches];
  return paint(style, text);
}

function renderCondition(
  { operator, key, matches, expected, actual, nearMiss }: ConditionReport,
  paint: Paint,
): string[] {
  const values = typeof actual === 'string' ? describeLack(actual) : renderValues(actual);
  return [
    `  ${renderMark(matches, paint)} ${operator} ${showPlain(key)}`,
    `      ${paint('quiet', 'expected')}  ${renderValues(expected)}`,
    `      ${paint('quiet', 'actual')}    ${values}`,
    ...(nearMiss === undefined ? [] : [`      ${paint('good', '→')} ${nearMiss.remedy}`]),
  ];
}

function describeLack(actual: 'absent' | 'unknown'): string {
  return actual === 'absent' ? 'absent: the request has no such key' : 'unknown: only AWS knows';
}

const MAX_SHOWN = 20;

function renderValues(values: readonly string[]): string {
  if (values.length === 0) return 'nothing';
  const shown = values.slice(0, MAX_SHOWN).map(showPlain).join(', ');
  return values.length > MAX_SHOWN ? `${shown} and ${values.length - MAX_SHOWN} more` : shown;
}

/** Why a document is no trust policy that IAM takes: each place with its remedy. */
export function renderProblems(problems: readonly PolicyProblem[], paint: Paint = PLAIN): string {
  const head = `${paint('bad', 'INVALID')}  IAM would refuse this policy (MalformedPolicyDocument), or nobody can tell what it means.`;
  const lines = problems.flatMap(({ pointer, problem, remedy }) => [
    `  ${paint('title', pointer === '' ? 'the document' : showPlain(pointer))}: ${problem}`,
    `    ${paint('good', '→')} ${remedy}`,
  ]);
  return `${[head, '', ...lines].join('\n')}\n`;
}
