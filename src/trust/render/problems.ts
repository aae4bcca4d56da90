import { type Paint, PLAIN } from '../../terminal/paint.ts';
import { type PolicyProblem, showPlain } from '../policy/problem.ts';

/** Why a document is no trust policy that IAM takes: each place with its remedy. */
export function renderProblems(problems: readonly PolicyProblem[], paint: Paint = PLAIN): string {
  const head = `${paint('bad', 'INVALID')}  IAM would refuse this policy (MalformedPolicyDocument), or nobody can tell what it means.`;
  return `${[head, '', ...renderNotes(problems, paint)].join('\n')}\n`;
}

/** Problems and notes, two lines each. */
export function renderNotes(notes: readonly PolicyProblem[], paint: Paint = PLAIN): string[] {
  return notes.flatMap(({ pointer, problem, remedy }) => [
    `  ${paint('title', pointer === '' ? 'the document' : showPlain(pointer))}: ${problem}`,
    `    ${paint('good', '→')} ${remedy}`,
  ]);
}
