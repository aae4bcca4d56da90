import type { CallerIdentity } from '../aws/caller-identity.ts';
import { quoteShort } from '../json/quote.ts';
import type { MappingEntry } from './entry.ts';
import type { MappedUser, MappingFailure } from './mapper.ts';
import { readClearStart, renderTemplate, type TemplateValues, toTemplateValues } from './template.ts';

/** What becomes of an entry's templates for one principal. */
export type Rendering =
  | { readonly kind: 'rendered'; readonly user: MappedUser }
  | { readonly kind: 'failed'; readonly code: MappingFailure; readonly problem: string };

export interface RenderInput {
  readonly entry: MappingEntry;
  readonly identity: CallerIdentity;
  /** '' where no template asks for it. */
  readonly nodeName: string;
  /** What no username of this source may begin with; case counts. */
  readonly reservedPrefixes: readonly string[];
}

/** Longer names are nobody's. */
const LONGEST = 1_024;

/** The username and the groups that an entry has for a principal, checked after they were rendered. */
export function renderUser({ entry, identity, nodeName, reservedPrefixes }: RenderInput): Rendering {
  const values = toTemplateValues(identity, nodeName);
  // An entry without a username gives the empty one, and groups alone decide: so it is with the Go program.
  const username = entry.username === '' ? '' : render('username', entry.username, values);
  if (typeof username !== 'string') return username;
  const reserved = findReserved(username, reservedPrefixes);
  if (reserved !== undefined) return reserved;
  const groups: string[] = [];
  for (const [index, template] of entry.groups.entries()) {
    const group = render(`groups[${index}]`, template, values);
    if (typeof group !== 'string') return group;
    groups.push(group);
  }
  return { kind: 'rendered', user: { username, groups } };
}

type Failure = Rendering & { readonly kind: 'failed' };

function render(field: string, template: string, values: TemplateValues): string | Failure {
  const name = renderTemplate(template, values);
  const problem = findFault(name);
  if (problem !== undefined)
    return fail('username-malformed', `${field} ${quoteShort(template)} becomes ${problem}`);
  return isSystemName(name) && !saysSystemName(template)
    ? fail(
        'reserved-username',
        `${field} ${quoteShort(template)} becomes ${quoteShort(name)}, which a mapping has to say in clear text`,
      )
    : name;
}

/** Separators of lines, and marks that turn the direction: what people read in an audit is another name. */
const MISLEADING = /[\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u;

function findFault(name: string): string | undefined {
  if (name === '') return 'nothing';
  if (name.length > LONGEST) return `longer than ${LONGEST} characters`;
  if (/\p{Cc}/u.test(name)) return 'a text with control characters';
  if (MISLEADING.test(name)) return 'a text whose lines or direction are not what they seem';
  return name.isWellFormed() ? undefined : 'a text that is no Unicode';
}

/** Names that Kubernetes gives rights to by itself. */
export function isSystemName(name: string): boolean {
  return name.startsWith('system:');
}

/**
 * Whether an entry itself says that it gives a system name: all of it in clear text, or at least its kind, such as
 * `system:node:`. Behind `system:` alone, whoever chooses a session's name would choose among all of them.
 * @param clear what it says before its first placeholder
 * @param isWhole whether that is all of it
 */
export function meansSystemName(clear: string, isWhole: boolean): boolean {
  return isSystemName(clear) && (isWhole || /^system:[^:]+:/.test(clear));
}

function saysSystemName(template: string): boolean {
  const clear = readClearStart(template);
  return meansSystemName(clear, clear === template);
}

/** @returns undefined where no prefix is reserved for others */
export function findReserved(username: string, prefixes: readonly string[]): Failure | undefined {
  const prefix = prefixes.find((each) => each !== '' && username.startsWith(each));
  return prefix === undefined
    ? undefined
    : fail(
        'reserved-username',
        `username ${quoteShort(username)} begins with ${quoteShort(prefix)}, which is reserved`,
      );
}

function fail(code: MappingFailure, problem: string): Failure {
  return { kind: 'failed', code, problem };
}
