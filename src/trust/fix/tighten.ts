import { readMember } from '../../json/record.ts';
import type { Condition } from '../policy/condition.ts';
import { showPlain } from '../policy/problem.ts';
import type { Statement } from '../policy/statement.ts';
import type { TrustPolicy } from '../policy.ts';
import type { TrustRequest } from '../request.ts';
import { nameStatement } from '../summary.ts';
import { readBlock, setValue, toJson, withMember } from './block.ts';
import { type Proved, proveTightening } from './proof.ts';
import { applyEdits, type Edit, readStatementJson } from './proposal.ts';
import { type CallerKeys, toCallerKeys } from './scope.ts';

/**
 * Where the policy asks for an audience by a pattern that any fits: the same policy for this caller's audience alone.
 * It shuts out tokens of other audiences, and nobody else. @returns undefined where there is no such pattern
 */
export function tightenAudience(policy: TrustPolicy, request: TrustRequest): Proved | undefined {
  const { aud } = toCallerKeys({ policy, request });
  const edits = policy.statements.flatMap((statement) => tighten(policy, statement, aud) ?? []);
  if (edits.length === 0) return undefined;
  const changes = edits.flatMap((edit) => edit.changes);
  return proveTightening({ document: applyEdits(policy, edits), changes }, policy, request);
}

function tighten(policy: TrustPolicy, statement: Statement, aud: CallerKeys['aud']): Edit | undefined {
  const { effect, conditions, index } = statement;
  const ofAudience = conditions.filter(({ key }) => key.toLowerCase() === aud.key.toLowerCase());
  const [open, ...others] = ofAudience;
  if (effect === 'Deny' || open === undefined || others.length > 0 || !takesAny(open)) return undefined;
  const json = readStatementJson(policy, index);
  const block = readBlock(readMember(json, 'Condition'));
  block.get(open.operator.text)?.delete(open.key);
  setValue(block, 'StringEquals', aud.key, aud.value);
  const change = `${nameStatement(statement)} with StringEquals ${aud.key} ${showPlain(aud.value)} in place of any audience`;
  return { index, statements: [withMember(json, 'Condition', toJson(block))], changes: [change] };
}

/** A pattern of wildcards alone. */
export function takesAny({ operator, values }: Condition): boolean {
  return (
    operator.family === 'string-like' &&
    !operator.negated &&
    values.some((value) => /^[*?]*\*[*?]*$/.test(value))
  );
}
