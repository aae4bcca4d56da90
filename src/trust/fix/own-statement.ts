import { type JsonRecord, readMember } from '../../json/record.ts';
import { findKeyRow } from '../judge/keys.ts';
import type { Condition } from '../policy/condition.ts';
import { showPlain } from '../policy/problem.ts';
import type { TrustRequest } from '../request.ts';
import { nameStatement } from '../summary.ts';
import type { ConditionReport, TrustAction } from '../verdict.ts';
import { readBlock, setValue, toJson } from './block.ts';
import { type CallerKeys, type JudgedStatement, mayHold } from './scope.ts';

/** A statement for this caller alone: exact subject, exact audience, and what the nearest asks besides. */
export function createOwnStatement(
  { provider }: Pick<TrustRequest, 'provider'>,
  {
    nearest,
    actions,
    keys: { sub, aud },
  }: {
    readonly nearest: JudgedStatement | undefined;
    readonly actions: readonly TrustAction[];
    readonly keys: CallerKeys;
  },
): { readonly json: JsonRecord; readonly changes: readonly string[] } {
  const changes = [
    `with a statement of its own for ${showPlain(sub.value)}, audience ${showPlain(aud.value)}`,
  ];
  const block = readBlock({ StringEquals: { [sub.key]: sub.value, [aud.key]: aud.value } });
  for (const { condition, report } of listRestrictions(nearest)) {
    const { operator, key } = condition;
    if (mayHold(report)) setValue(block, operator.text, key, readValues(nearest?.json, condition));
    else
      changes.push(
        `which does not ask for ${operator.text} ${showPlain(key)}, as ${nameOf(nearest)} does: ${whyNot(report)}`,
      );
  }
  const json = {
    Effect: 'Allow',
    Principal: { Federated: provider.arn },
    Action: actions.length === 1 ? actions[0] : actions,
    Condition: toJson(block),
  };
  return { json, changes };
}

/** What a statement asks of the call, not of the token: a caller more is no reason to ask less. */
function listRestrictions(
  nearest: JudgedStatement | undefined,
): readonly { readonly condition: Condition; readonly report: ConditionReport }[] {
  return (nearest?.statement.conditions ?? []).flatMap((condition, index) => {
    const report = nearest?.report.conditions[index];
    return report === undefined || findKeyRow(condition.key) === undefined ? [] : [{ condition, report }];
  });
}

/** As the document has them: a number stays one. */
function readValues(json: JsonRecord | undefined, { operator, key, values }: Condition): unknown {
  return (
    readBlock(readMember(json ?? {}, 'Condition'))
      .get(operator.text)
      ?.get(key) ?? values
  );
}

function nameOf(nearest: JudgedStatement | undefined): string {
  return nearest === undefined ? 'the nearest' : nameStatement(nearest.report);
}

function whyNot({ actual }: ConditionReport): string {
  return actual === 'absent' ? 'the request has no such key' : 'the request has another value';
}
