import { parseArn } from '../aws/arn.ts';
import type { MappingEntry } from '../mapping/entry.ts';
import type { MatchRules } from '../mapping/entry-index.ts';
import { dropRolePath, toLowerCase } from '../mapping/principal-arn.ts';
import { findReserved } from '../mapping/render.ts';
import { readClearStart } from '../mapping/template.ts';
import type { Loss } from './losers.ts';

/** `reserved-username`: its username begins with what the server reserves for others, so that whoever comes is refused. */
export type DeadReason = Extract<Loss, 'path' | 'assumed-role' | 'permission-set'> | 'reserved-username';

/**
 * Why an entry can make nobody of anybody, whoever comes; undefined where it can.
 * @param reserved what no username of its source may begin with
 */
export function findDeadReason(
  entry: MappingEntry,
  rules: MatchRules,
  reserved: readonly string[],
): DeadReason | undefined {
  const isReserved = findReserved(readClearStart(entry.username), reserved) !== undefined;
  return findUnmatched(entry, rules) ?? (isReserved ? 'reserved-username' : undefined);
}

function findUnmatched({ principal }: MappingEntry, rules: MatchRules): DeadReason | undefined {
  const { arn, userId, permissionSet } = principal;
  if (permissionSet !== undefined) return rules.permissionSets ? undefined : 'permission-set';
  if (rules.by === 'user-id' || arn === undefined) return undefined;
  if (dropRolePath(arn) !== undefined) return userId === undefined ? 'path' : undefined;
  const isSession = parseArn(toLowerCase(arn))?.resource.startsWith('assumed-role/');
  return isSession && rules.by === 'typed' ? 'assumed-role' : undefined;
}
