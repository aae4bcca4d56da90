import { decodeBase64url, isBase64url } from '../../../base/names/base64url.ts';
import { JWT_PARTS, MAX_JWT_LENGTH, splitJwt } from '../../../base/names/jwt.ts';
import { type Fault, type Rule, SOURCES } from '../rule.ts';
import { describeWrapping } from '../wrapping.ts';

const MIN_LENGTH = 4;
const STRICT_MAX_LENGTH = 16 * 1024;

/** Before anything else: nothing is done for a token that is too long. */
export const LENGTH = {
  name: 'length',
  origin: 'documented',
  source: SOURCES.stsApi,
  codes: ['token-too-short', 'token-too-long'],
  needs: [],
  check({ raw }) {
    if (raw.length < MIN_LENGTH)
      return {
        code: 'token-too-short',
        detail: `the token has ${raw.length} characters: is the token file empty?`,
      };
    if (raw.length <= MAX_JWT_LENGTH) return undefined;
    return {
      code: 'token-too-long',
      detail: `the token has ${raw.length} characters, and 20000 are allowed: leave claims out`,
    };
  },
  see: ({ raw }) => `${raw.length} characters`,
} as const satisfies Rule;

export const STRICT_LENGTH = {
  name: 'strict-length',
  origin: 'ours',
  source: 'no honest token comes near it',
  codes: ['token-over-limit'],
  needs: ['length'],
  check({ raw }) {
    if (raw.length <= STRICT_MAX_LENGTH) return undefined;
    return {
      code: 'token-over-limit',
      detail: `the token has ${raw.length} characters, and ${STRICT_MAX_LENGTH} are allowed here`,
    };
  },
  see: () => 'at most 16 KiB',
} as const satisfies Rule;

/** Finds the three parts (RFC 7515 section 7.1). */
export const SERIALIZATION = {
  name: 'serialization',
  origin: 'documented',
  source: 'RFC 7519 section 3, RFC 7515 section 7.1',
  codes: ['json-serialization', 'encrypted-token', 'not-a-jwt'],
  needs: ['length'],
  check(examination) {
    const { raw } = examination;
    const segments = splitJwt(raw);
    if (segments === undefined) return describeOtherForm(raw);
    examination.segments = segments;
    return undefined;
  },
  see: () => 'three parts',
} as const satisfies Rule;

function describeOtherForm(raw: string): Fault {
  const wrapping = describeWrapping(raw.trim());
  if (wrapping !== undefined) return { code: 'not-a-jwt', detail: wrapping };
  if (raw.trimStart().startsWith('{'))
    return { code: 'json-serialization', detail: 'the token is JSON: send the compact form, three parts' };
  const parts = raw.split('.');
  if (parts.length === 5 && parts.every((part) => part.length > 0))
    return {
      code: 'encrypted-token',
      detail: 'the token has five parts, it is encrypted: send a signed one',
    };
  const seen =
    parts.length === 3 ? 'an empty part' : `${parts.length} ${parts.length === 1 ? 'part' : 'parts'}`;
  return { code: 'not-a-jwt', detail: `the token has ${seen}; a JWT has three, with a dot between each` };
}

export const BASE64URL = {
  name: 'base64url',
  origin: 'documented',
  source: 'RFC 7515 section 2',
  codes: ['not-base64url'],
  needs: ['serialization'],
  check({ raw, segments }) {
    const bad = segments.findIndex((segment) => !isBase64url(segment));
    if (bad === -1) return undefined;
    const wrapping = describeWrapping(raw.trim());
    if (wrapping !== undefined) return { code: 'not-base64url', detail: wrapping };
    const hint = /^[A-Za-z0-9_-]*\s+$/.test(segments[bad] ?? '')
      ? 'it ends in white space: write the token file without a line break at its end'
      : 'only A–Z, a–z, 0–9, - and _ may be there, without padding';
    return { code: 'not-base64url', detail: `the ${JWT_PARTS[bad]} is not base64url: ${hint}` };
  },
  see: () => 'all parts are base64url',
} as const satisfies Rule;

/** The same bytes in two spellings pass by any memory of tokens that were seen. */
export const CANONICAL_BASE64URL = {
  name: 'canonical-base64url',
  origin: 'ours',
  source: 'RFC 4648 section 3.5, which leaves it open',
  codes: ['not-canonical-base64url'],
  needs: ['base64url'],
  check({ segments }) {
    const bad = segments.findIndex((segment) => decodeBase64url(segment) === undefined);
    if (bad === -1) return undefined;
    return {
      code: 'not-canonical-base64url',
      detail: `the last character of the ${JWT_PARTS[bad]} has bits that belong to no byte`,
    };
  },
  see: () => 'the one spelling that there is',
} as const satisfies Rule;
