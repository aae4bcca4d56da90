import { PLACEHOLDERS } from '../mapping/template.ts';
import type { Hole, HoleValues, NamePattern } from './name-pattern.ts';

/**
 * What stands in a rendered name where nobody knows what will: characters that Unicode gives no meaning, so that no name of a
 * real user has them. `{{SessionName}}` makes of the `@` of a session a `-`, so that a rendered name shows which of both it was.
 */
export const SESSION_HOLE = '\uE000@';
export const ACCESS_KEY_HOLE = '\uE001';
export const NODE_NAME_HOLE = '\uE002';
export const ACCOUNT_HOLE = '\uE003';

const CLEAN_SESSION_HOLE = '\uE000-';

const HOLES = /(\uE000[@-]|[\uE001-\uE003])/;

/** RoleSessionName (AWS STS API Reference). */
const RAW_SESSION: Hole = {
  hole: 'SessionNameRaw',
  admits: (text, { SessionName: clean = toClean(text) }) =>
    /^[\w+=,.@-]{2,64}$/.test(text) && toClean(text) === clean,
};
const SESSION: Hole = {
  hole: 'SessionName',
  admits: (text, { SessionNameRaw: raw = text }) => /^[\w+=,.-]{2,64}$/.test(text) && toClean(raw) === text,
};
/** AccessKeyId (AWS IAM API Reference). */
const ACCESS_KEY: Hole = { hole: 'AccessKeyID', admits: (text) => /^[A-Z0-9]{16,128}$/.test(text) };
const NODE_NAME: Hole = {
  hole: 'EC2PrivateDNSName',
  admits: (text) => /^[a-z0-9][a-z0-9.-]{0,252}$/.test(text),
};
const ACCOUNT: Hole = { hole: 'AccountID', admits: (text) => /^[0-9]{12}$/.test(text) };

const OF_NAMES: Readonly<Record<string, Hole>> = {
  [SESSION_HOLE]: RAW_SESSION,
  [CLEAN_SESSION_HOLE]: SESSION,
  [ACCESS_KEY_HOLE]: ACCESS_KEY,
  [NODE_NAME_HOLE]: NODE_NAME,
  [ACCOUNT_HOLE]: ACCOUNT,
};

const OF_TEMPLATES: Readonly<Record<string, Hole>> = {
  '{{AccountID}}': ACCOUNT,
  '{{SessionName}}': SESSION,
  '{{SessionNameRaw}}': RAW_SESSION,
  '{{AccessKeyID}}': ACCESS_KEY,
  '{{EC2PrivateDNSName}}': NODE_NAME,
} satisfies Record<`{{${(typeof PLACEHOLDERS)[number]}}}`, Hole>;

const PLACEHOLDER = new RegExp(`(\\{\\{(?:${PLACEHOLDERS.join('|')})\\}\\})`);

export function hasHole(name: string): boolean {
  return HOLES.test(name);
}

/** A name for people and programs: `dev:*`. */
export function showHoles(name: string): string {
  return name
    .split(HOLES)
    .map((part) => (Object.hasOwn(OF_NAMES, part) ? '*' : part))
    .join('');
}

/** What a name with holes can become. */
export function toNamePattern(kind: NamePattern['kind'], name: string): NamePattern {
  return { kind, pieces: toPieces(name.split(HOLES), OF_NAMES) };
}

/** What a template of a mapping can become, whoever the principal is. */
export function toTemplatePattern(kind: NamePattern['kind'], template: string): NamePattern {
  return { kind, pieces: toPieces(template.split(PLACEHOLDER), OF_TEMPLATES) };
}

function toPieces(parts: readonly string[], holes: Readonly<Record<string, Hole>>): NamePattern['pieces'] {
  return parts
    .filter((part) => part !== '')
    .map((part) => (Object.hasOwn(holes, part) ? (holes[part] ?? part) : part));
}

/** A name with what its holes have to be; others stay. */
export function fillName(name: string, values: HoleValues): string {
  const known = withBothSessions(values);
  return name
    .split(HOLES)
    .map((part) => {
      const hole = Object.hasOwn(OF_NAMES, part) ? OF_NAMES[part]?.hole : undefined;
      return (hole !== undefined && Object.hasOwn(known, hole) ? known[hole] : undefined) ?? part;
    })
    .join('');
}

/** The session that some values are of; of several that are rendered alike the one that is its own rendering. */
export function toSession({ SessionName: clean, SessionNameRaw: raw }: HoleValues): string | undefined {
  return raw ?? clean;
}

function withBothSessions(values: HoleValues): HoleValues {
  const session = toSession(values);
  return session === undefined
    ? values
    : { ...values, SessionName: toClean(session), SessionNameRaw: session };
}

function toClean(session: string): string {
  return session.replaceAll('@', '-');
}
