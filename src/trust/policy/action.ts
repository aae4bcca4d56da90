import { findNearest } from '../../base/edit-distance.ts';
import { type JsonRecord, readMember } from '../../json/record.ts';
import { matchGlob, toGlob } from '../match/glob.ts';
import { type ReadingContext, showValue } from './problem.ts';
import { readTexts } from './texts.ts';

/** Action or NotAction. */
export interface ActionElement {
  /** NotAction: every action but those it names. */
  readonly inverted: boolean;
  readonly pointer: string;
  /** May have wildcards; case does not count. */
  readonly patterns: readonly string[];
}

/**
 * All that can be done to a role by way of its trust policy. IAM takes no other action of STS there.
 * Source: Service Authorization Reference, "Actions defined by AWS Security Token Service", those whose resource is a role.
 */
export const ROLE_ACTIONS: readonly string[] = [
  'sts:AssumeRole',
  'sts:AssumeRoleWithSAML',
  'sts:AssumeRoleWithWebIdentity',
  'sts:SetContext',
  'sts:SetSourceIdentity',
  'sts:TagSession',
];

const REMEDY = 'write "Action": "sts:AssumeRoleWithWebIdentity"';

/** Reads the one of Action and NotAction that is there. */
export function readAction(statement: JsonRecord, { pointer, lists }: ReadingContext): ActionElement {
  const [found, other] = ['Action', 'NotAction'].filter((name) => Object.hasOwn(statement, name));
  const element = {
    inverted: found === 'NotAction',
    pointer: `${pointer}/${found ?? 'Action'}`,
    patterns: [],
  };
  if (found === undefined || other !== undefined) {
    const problem = found === undefined ? 'it has no Action' : 'it has both Action and NotAction';
    lists.problems.push({ pointer, problem, remedy: REMEDY });
    return element;
  }
  const own = { pointer: element.pointer, lists };
  const patterns = readTexts(readMember(statement, found), own);
  for (const pattern of patterns) checkPattern(pattern, own);
  return { ...element, patterns };
}

/** IAM: "Actions must be prefaced by a vendor", "AssumeRole policy may only specify STS AssumeRole actions". */
function checkPattern(pattern: string, { pointer, lists }: ReadingContext): void {
  const glob = toGlob(pattern.toLowerCase());
  if (ROLE_ACTIONS.some((action) => matchGlob(glob, action.toLowerCase()))) return;
  const isOfSts = /^sts:/i.test(pattern);
  const problem = `${showValue(pattern)} is no action ${isOfSts ? 'on a role' : 'of STS'}, and a trust policy takes no other`;
  lists.problems.push({ pointer, problem, remedy: advise(pattern) });
}

function advise(pattern: string): string {
  const nearest = findNearest(pattern, ROLE_ACTIONS) ?? findNearest(`sts:${pattern}`, ROLE_ACTIONS);
  return nearest === undefined ? REMEDY : `write ${nearest}`;
}
