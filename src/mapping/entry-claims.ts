import { parseArn } from '../aws/arn.ts';
import type { ArnField, BadEntry, EntryPrincipal } from './entry.ts';
import { readPossibleSets } from './permission-set.ts';
import { dropRolePath } from './principal-arn.ts';
import { readField, type SourceNode } from './source-node.ts';

/** Whom a bad entry is for: the ARN in its field, or else whatever in it is an ARN, since its key may be misspelt. */
export function readClaims(node: SourceNode, field: ArnField): Pick<BadEntry, 'claims' | 'isHidden'> {
  const arn = readField(node, field);
  const sso = readField(node, 'sso');
  const id = readField(node, 'userid');
  const userId = id?.kind === 'text' ? id.text : undefined;
  const named = search(arn);
  const { arns } = named.arns.length > 0 ? named : search(node);
  return {
    claims: [
      ...arns.flatMap((each) => toPrincipals(each, id)),
      ...(arns.length === 0 && userId !== undefined ? [{ userId }] : []),
      ...(sso === undefined ? [] : readPossibleSets(sso)).map((permissionSet) => ({ permissionSet })),
    ],
    isHidden: search(sso).isHidden || (arn === undefined ? search(node).isHidden : named.isHidden),
  };
}

/** Without its unique id a role with a path is not told from a namesake, who has to be refused as well. */
function toPrincipals(arn: string, id: SourceNode | undefined): readonly EntryPrincipal[] {
  if (id === undefined || id.kind === 'text') return [{ arn, userId: id?.text }];
  return [{ arn }, { arn: dropRolePath(arn) ?? arn }];
}

/** Of a principal, somewhere in a text: where a blank or a colon is missing, a key and its ARN are one text. */
const WITHIN = /arn:[^\s'",:]+:(?:iam|sts)::[0-9]{12}:[^\s'",]+/gi;

function findArns(text: string): readonly string[] {
  const whole = parseArn(text.toLowerCase()) === undefined ? [] : [text];
  return [...whole, ...(text.match(WITHIN) ?? []).filter((arn) => arn !== text)];
}

/** Aliases may make of a short text more pieces than anybody has time for. */
const MOST_PIECES = 1_000;

interface Search {
  /** All ARNs in a piece and what it holds, from the outside in. */
  readonly arns: readonly string[];
  /** Whether there may be others: behind a tag, which makes of a text another one, or behind too many pieces. */
  readonly isHidden: boolean;
}

function search(node: SourceNode | undefined): Search {
  const pieces = node === undefined ? [] : [node];
  const arns: string[] = [];
  let isHidden = false;
  for (let index = 0; index < Math.min(pieces.length, MOST_PIECES); index += 1) {
    const piece = pieces[index];
    if (piece?.kind === 'text') arns.push(...findArns(piece.text));
    if (piece?.kind === 'tagged') isHidden = true;
    // One more than are looked at, so that it shows.
    if (piece?.kind === 'list') pieces.push(...piece.items.slice(0, MOST_PIECES + 1));
    if (piece?.kind === 'map') {
      const members = piece.members.slice(0, MOST_PIECES + 1);
      arns.push(...members.flatMap(([name]) => findArns(name)));
      pieces.push(...members.map(([, value]) => value));
    }
  }
  return { arns, isHidden: isHidden || pieces.length > MOST_PIECES };
}
