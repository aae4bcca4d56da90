import { PLACEHOLDERS } from '../mapping/template.ts';

/**
 * What stands in a rendered name where nobody knows what will: characters that Unicode gives no meaning, so that no name of a
 * real user has them.
 */
export const SESSION_HOLE = '\uE000';
export const ACCESS_KEY_HOLE = '\uE001';
export const NODE_NAME_HOLE = '\uE002';

const HOLES = /([\uE000-\uE002])/;

interface Filling {
  readonly name: string;
  readonly pattern: string;
}

/** RoleSessionName (AWS STS API Reference). */
const SESSION: Filling = { name: 'session', pattern: '[\\w+=,.@-]{2,64}' };
/** AccessKeyId (AWS IAM API Reference). */
const ACCESS_KEY: Filling = { name: 'key', pattern: '[A-Z0-9]{16,128}' };
const NODE_NAME: Filling = { name: 'node', pattern: '[a-z0-9][a-z0-9.-]{0,252}' };

const OF_HOLES: Readonly<Record<string, Filling>> = {
  [SESSION_HOLE]: SESSION,
  [ACCESS_KEY_HOLE]: ACCESS_KEY,
  [NODE_NAME_HOLE]: NODE_NAME,
};

export function hasHole(name: string): boolean {
  return HOLES.test(name);
}

/** A name for people and programs: `dev:*`. */
export function showHoles(name: string): string {
  return name.replace(/[\uE000-\uE002]/g, '*');
}

/**
 * What would have to stand in the holes of a name for it to be another.
 * @returns undefined where nothing could; `session` undefined where the name has no hole for it
 */
export function fitHoles(name: string, other: string): { readonly session: string | undefined } | undefined {
  const match = toPattern(name.split(HOLES), OF_HOLES).exec(other);
  return match === null ? undefined : { session: match.groups?.['session'] };
}

/** A name with the session that was found for another one; other holes stay. */
export function fillHoles(name: string, session: string | undefined): string {
  return session === undefined ? name : name.replaceAll(SESSION_HOLE, session);
}

const OF_TEMPLATES: Readonly<Record<string, Filling>> = {
  '{{AccountID}}': { name: 'account', pattern: '[0-9]{12}' },
  '{{SessionName}}': SESSION,
  '{{SessionNameRaw}}': { ...SESSION, name: 'raw' },
  '{{AccessKeyID}}': ACCESS_KEY,
  '{{EC2PrivateDNSName}}': NODE_NAME,
} satisfies Record<`{{${(typeof PLACEHOLDERS)[number]}}}`, Filling>;

const PLACEHOLDER = new RegExp(`(\\{\\{(?:${PLACEHOLDERS.join('|')})\\}\\})`);

/** What a template of a mapping can render to, whoever the principal is. */
export function toTemplatePattern(template: string): RegExp {
  return toPattern(template.split(PLACEHOLDER), OF_TEMPLATES);
}

/**
 * Names come from mappings that others wrote: all but the fillings is compared to the letter. The same filling is the same
 * text each time, which also keeps the work of a match small.
 */
function toPattern(parts: readonly string[], fillings: Readonly<Record<string, Filling>>): RegExp {
  const named = new Set<string>();
  const source = parts.map((part) => {
    const filling = Object.hasOwn(fillings, part) ? fillings[part] : undefined;
    if (filling === undefined) return part.replace(/[\^$\\.*+?()[\]{}|/]/g, '\\$&');
    const { name, pattern } = filling;
    if (named.has(name)) return `\\k<${name}>`;
    named.add(name);
    return `(?<${name}>${pattern})`;
  });
  return new RegExp(`^${source.join('')}$`, 'u');
}
