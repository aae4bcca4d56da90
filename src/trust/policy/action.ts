import { type JsonRecord, readMember } from '../../json/record.ts';
import { type ProblemLists, showValue } from './problem.ts';
import { readTexts } from './texts.ts';

/** Action or NotAction. */
export interface ActionElement {
  /** NotAction: everything but these. */
  readonly inverted: boolean;
  /** May have wildcards; case does not count. */
  readonly patterns: readonly string[];
  readonly pointer: string;
}

const REMEDY = 'write "Action": "sts:AssumeRoleWithWebIdentity"';

/** Reads the one of Action and NotAction that is there. */
export function readAction(statement: JsonRecord, pointer: string, lists: ProblemLists): ActionElement {
  const names = ['Action', 'NotAction'].filter((name) => Object.hasOwn(statement, name));
  const [name = 'Action'] = names;
  const own = { inverted: name === 'NotAction', pointer: `${pointer}/${name}` };
  if (names.length !== 1) {
    const problem = names.length === 0 ? 'it has no Action' : 'it has both Action and NotAction';
    lists.problems.push({ pointer, problem, remedy: REMEDY });
    return { ...own, patterns: [] };
  }
  const patterns = readTexts(readMember(statement, name), own.pointer, lists);
  for (const pattern of patterns) checkPattern(pattern, own.pointer, lists);
  return { ...own, patterns };
}

/** IAM: "Actions must be prefaced by a vendor", "AssumeRole policy may only specify STS AssumeRole actions". */
function checkPattern(pattern: string, pointer: string, lists: ProblemLists): void {
  if (pattern === '*' || /^sts:.+$/is.test(pattern)) return;
  const problem = `${showValue(pattern)} is no action of STS, and a trust policy takes no other`;
  lists.problems.push({ pointer, problem, remedy: REMEDY });
}
