import { isRecord, type JsonRecord, readMember } from '../../json/record.ts';
import type { TrustRequest } from '../../trust/request.ts';

/** What a token asks to be put into the session. */
export interface SessionClaims {
  readonly sessionTags?: Readonly<Record<string, string>>;
  readonly transitiveTagKeys?: readonly string[];
  readonly sourceIdentity?: string;
}

export type SessionClaimsReading =
  | { readonly kind: 'read'; readonly claims: SessionClaims }
  | { readonly kind: 'malformed'; readonly problem: string };

const SOURCE_IDENTITY = 'https://aws.amazon.com/source_identity';
const TAGS = 'https://aws.amazon.com/tags';
/** The second form that AWS documents, for issuers that cannot nest. */
const FLAT_TAG = `${TAGS}/principal_tags/`;
const FLAT_TRANSITIVE = `${TAGS}/transitive_tag_keys`;
const MAX_TAGS = 50;
/** Letters, spaces, digits and `_ . : / = + - @` (IAM user guide, "Rules for tagging in IAM and AWS STS"). */
const TAG_TEXT = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;
const IDENTITY = /^[\w+=,.@-]{2,64}$/;

/** Reads the tags and the source identity that AWS takes from a token; strictly, since policies will rely on them. */
export function readSessionClaims(claims: JsonRecord): SessionClaimsReading {
  const identity = readMember(claims, SOURCE_IDENTITY);
  if (Object.hasOwn(claims, SOURCE_IDENTITY) && !isSourceIdentity(identity))
    return malformed('source_identity must be 2 to 64 characters of letters, digits and _+=,.@-');
  const tags = collectTags(claims);
  const transitive = collectTransitiveKeys(claims);
  const problem = checkTags(tags) ?? checkTransitiveKeys(transitive, tags);
  if (problem !== undefined) return malformed(problem);
  return {
    kind: 'read',
    claims: {
      ...(tags.length > 0 && {
        sessionTags: Object.fromEntries(tags.map(([key, value]) => [key, String(value)])),
      }),
      ...(Array.isArray(transitive) && { transitiveTagKeys: transitive.map(String) }),
      ...(typeof identity === 'string' && { sourceIdentity: identity }),
    },
  };
}

function malformed(problem: string): SessionClaimsReading {
  return { kind: 'malformed', problem };
}

function isSourceIdentity(value: unknown): boolean {
  return typeof value === 'string' && IDENTITY.test(value) && !value.toLowerCase().startsWith('aws:');
}

/** Of both forms, still to be checked; undefined as a value: it was none. */
function collectTags(claims: JsonRecord): (readonly [key: string, value: unknown])[] {
  const nested = readMember(claims, TAGS);
  const principal = isRecord(nested) ? readMember(nested, 'principal_tags') : undefined;
  const flat = Object.entries(claims)
    .filter(([name]) => name.startsWith(FLAT_TAG))
    .map(([name, value]) => [name.slice(FLAT_TAG.length), toTagValue(value)] as const);
  // A claim that should have tags in it and is something else must not pass for one without tags.
  if (Object.hasOwn(claims, TAGS) && !isRecord(nested)) return [['', undefined]];
  if (principal !== undefined && !isRecord(principal)) return [['', undefined]];
  const pairs = Object.entries(principal ?? {}).map(([key, value]) => [key, toTagValue(value)] as const);
  return [...pairs, ...flat];
}

/** A list of one, as AWS has it in the nested form, or text, as in the flat one. */
function toTagValue(value: unknown): unknown {
  return Array.isArray(value) && value.length === 1 ? value[0] : value;
}

function checkTags(tags: readonly (readonly [string, unknown])[]): string | undefined {
  if (tags.length > MAX_TAGS) return `there are ${tags.length} session tags, and ${MAX_TAGS} are allowed`;
  if (!tags.every(([key, value]) => isTagKey(key) && isTagValue(value)))
    return 'a session tag must be a key of 1 to 128 and a value of 0 to 256 characters, and no key may begin with aws:';
  const keys = tags.map(([key]) => key.toLowerCase());
  return new Set(keys).size < keys.length ? 'a session tag is there twice; case does not count' : undefined;
}

function isTagKey(key: string): boolean {
  return key !== '' && key.length <= 128 && TAG_TEXT.test(key) && !key.toLowerCase().startsWith('aws:');
}

function isTagValue(value: unknown): boolean {
  return typeof value === 'string' && value.length <= 256 && TAG_TEXT.test(value);
}

function collectTransitiveKeys(claims: JsonRecord): unknown {
  const nested = readMember(claims, TAGS);
  if (isRecord(nested) && Object.hasOwn(nested, 'transitive_tag_keys'))
    return readMember(nested, 'transitive_tag_keys');
  return readMember(claims, FLAT_TRANSITIVE);
}

function checkTransitiveKeys(
  transitive: unknown,
  tags: readonly (readonly [string, unknown])[],
): string | undefined {
  if (transitive === undefined) return undefined;
  const isListed = (key: unknown): boolean => tags.some(([name]) => name === key);
  if (Array.isArray(transitive) && transitive.length <= MAX_TAGS && transitive.every(isListed))
    return undefined;
  return 'transitive_tag_keys must be a list of keys that the session tags have';
}

const ROLES = 'https://aws.amazon.com/roles';

/**
 * Whether the issuer lets this token be used for the role: the claim is one ARN or a list of ARNs, exact, without
 * wildcards. STS enforces it before it looks at the role.
 * @returns undefined where the token has no such claim
 */
export function isRoleListed(claims: JsonRecord, roleArn: string): boolean | undefined {
  if (!Object.hasOwn(claims, ROLES)) return undefined;
  const listed = readMember(claims, ROLES);
  return Array.isArray(listed) ? listed.includes(roleArn) : listed === roleArn;
}

/** Of people's tokens; a ServiceAccount has neither. */
export function readPersonalClaims(claims: JsonRecord): Pick<TrustRequest['token'], 'amr' | 'email'> {
  const amr = readMember(claims, 'amr');
  const email = readMember(claims, 'email');
  const methods = Array.isArray(amr) ? amr : [amr];
  return {
    ...(methods.every((method) => typeof method === 'string') && { amr: methods }),
    ...(typeof email === 'string' && { email }),
  };
}
