import { type JsonRecord, readMember } from '../../json/record.ts';
import { showPlain } from '../policy/problem.ts';
import { nameStatement } from '../summary.ts';
import { addValue, readBlock, toJson, withMember } from './block.ts';
import type { Edit } from './proposal.ts';
import type { CallerKeys, JudgedStatement } from './scope.ts';

/**
 * A Deny that goes on for everybody but this caller. A negated operator is true where the key is absent or another
 * cluster's: those it denies as before.
 * @param by `subject`: whatever the audience; `both`: only with this audience, which takes two statements
 */
export function exceptCaller(
  { json, report }: JudgedStatement,
  { sub, aud }: CallerKeys,
  by: 'subject' | 'both',
): Edit {
  const change = `${nameStatement(report)} with an exception for ${showPlain(sub.value)}: it denies this caller`;
  if (by === 'subject') {
    return { index: report.index, statements: [except(json, sub)], changes: [change] };
  }
  // A Sid stands once.
  const { Sid: _, ...second } = except(json, aud);
  const changes = [`${change}; twice, so that other audiences are denied as before`];
  return { index: report.index, statements: [except(json, sub), second], changes };
}

function except(json: JsonRecord, { key, value }: CallerKeys['sub']): JsonRecord {
  const block = readBlock(readMember(json, 'Condition'));
  addValue(block, 'StringNotEquals', key, value);
  return withMember(json, 'Condition', toJson(block));
}
