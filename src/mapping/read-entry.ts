import type { AnyEntry, ArnField, EntryPrincipal } from './entry.ts';
import { readClaims } from './entry-claims.ts';
import { readPermissionSet } from './permission-set.ts';
import { describeKind, readField, type SourceNode } from './source-node.ts';

/** What a source allows more than aws-auth, or less. */
export interface EntryRules {
  /** Numbers are text, and a text with commas is a list: what a configuration's loader makes of scalars in Go. */
  readonly convertScalars: boolean;
  /** Whether `sso` may stand for `rolearn`. */
  readonly permissionSets: boolean;
  /** `userid` decides, and has to be there; the ARN may be missing. */
  readonly byUserId: boolean;
}

export const CONFIG_MAP_RULES: EntryRules = { convertScalars: false, permissionSets: true, byUserId: false };

/** A field that is not what it has to be; ends up in a {@link BadEntry}. */
class EntryProblem extends Error {}

/** One entry, with fields named as the Go program names them, ignoring case. */
export function readEntry(node: SourceNode, field: ArnField, label: string, rules: EntryRules): AnyEntry {
  const at = { label, place: node.place };
  try {
    if (node.kind !== 'map')
      throw new EntryProblem(`it is ${describeKind(node)}, not a mapping with ${field}`);
    refuseOddKeys(node);
    return {
      kind: 'good',
      ...at,
      principal: readPrincipal(node, field, rules),
      username: readText(node, 'username', rules) ?? '',
      groups: readGroups(node, rules),
    };
  } catch (error) {
    if (!(error instanceof EntryProblem)) throw error;
    return { kind: 'bad', ...at, problem: error.message, ...readClaims(node, field) };
  }
}

/**
 * A no-break space before a key makes it another key, and so does a tag that turns it into a text of its own: the entry
 * would silently have no such field.
 */
function refuseOddKeys(node: SourceNode & { readonly kind: 'map' }): void {
  if (node.members.some(([name]) => name === ''))
    throw new EntryProblem('a key is no text, or << is no mapping: write it without a tag');
  // In Go the first is an `s` and the second a `k`.
  if (node.members.some(([name]) => /[\u017f\u212a]/.test(name)))
    throw new EntryProblem('a key has a letter that only looks like one: type it again');
  const odd = node.members.find(([name]) => /[^\S ]/.test(name));
  if (odd !== undefined) throw new EntryProblem('a key has a blank that is no ordinary one: type it again');
}

function readPrincipal(node: SourceNode, field: ArnField, rules: EntryRules): EntryPrincipal {
  const arn = readText(node, field, rules) || undefined;
  const userId = readText(node, 'userid', rules) || undefined;
  if (rules.byUserId) {
    if (userId === undefined)
      throw new EntryProblem('userid is missing: with strict user ids every entry needs it');
    return { arn, userId };
  }
  const sso = field === 'rolearn' && rules.permissionSets ? readField(node, 'sso') : undefined;
  if (sso === undefined) {
    if (arn === undefined) throw new EntryProblem(`${field} is missing: without it the entry is for nobody`);
    return { arn, userId };
  }
  if (arn !== undefined)
    throw new EntryProblem(`${field} and sso are both there: keep the one that is meant`);
  const permissionSet = readPermissionSet(sso, rules.convertScalars);
  if (typeof permissionSet === 'string') throw new EntryProblem(permissionSet);
  return { permissionSet };
}

function readText(node: SourceNode, name: string, { convertScalars }: EntryRules): string | undefined {
  const value = readField(node, name);
  if (value === undefined) return undefined;
  if (value.kind === 'text' || (convertScalars && value.kind === 'other')) return value.text;
  throw new EntryProblem(`${name} is ${describeKind(value)}, not text: ${toRemedy(value)}`);
}

function readGroups(node: SourceNode, rules: EntryRules): readonly string[] {
  const value = readField(node, 'groups');
  if (value === undefined) return [];
  if (value.kind !== 'list') {
    if (!rules.convertScalars || (value.kind !== 'text' && value.kind !== 'other')) {
      throw new EntryProblem(
        `groups is ${describeKind(value)}, not a list: write one group a line, each behind a dash`,
      );
    }
    return value.text === '' ? [] : value.text.split(',');
  }
  return value.items.map((item, index) => {
    if (item.kind === 'text' && item.text === '')
      throw new EntryProblem(`groups[${index}] is empty: remove it`);
    if (item.kind === 'text' || (rules.convertScalars && item.kind === 'other')) return item.text;
    throw new EntryProblem(`groups[${index}] is ${describeKind(item)}, not text: ${toRemedy(item)}`);
  });
}

function toRemedy({ kind }: SourceNode): string {
  return kind === 'tagged' ? 'write it without the tag' : 'put it in quotes';
}
