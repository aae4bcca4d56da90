import { type JwtObject, readJwtObject } from '../../../base/names/jwt.ts';
import type { RefusalCode } from '../refusals.ts';
import type { Fault, Rule } from '../rule.ts';

export const HEADER_JSON = {
  name: 'header-json',
  origin: 'documented',
  source: 'RFC 7515 section 5.2',
  codes: ['header-malformed'],
  needs: ['base64url'],
  check(examination) {
    const section = readJwtObject(examination.segments[0]);
    if (typeof section === 'string') return describeSection('header-malformed', 'header', section);
    examination.header = section;
    return undefined;
  },
  see: () => 'a JSON object',
} as const satisfies Rule;

export const PAYLOAD_JSON = {
  name: 'payload-json',
  origin: 'documented',
  source: 'RFC 7519 section 7.2',
  codes: ['payload-malformed'],
  needs: ['base64url'],
  check(examination) {
    const section = readJwtObject(examination.segments[1]);
    if (typeof section === 'string') return describeSection('payload-malformed', 'payload', section);
    examination.payload = section;
    return undefined;
  },
  see: () => 'a JSON object',
} as const satisfies Rule;

function describeSection(code: RefusalCode, name: string, problem: string): Fault {
  return { code, detail: `the ${name} is not a JSON object in UTF-8: ${problem}` };
}

export const UNIQUE_MEMBERS = {
  name: 'unique-members',
  origin: 'ours',
  source: 'RFC 7515 section 4 and RFC 7519 section 4, which allow the last to win',
  codes: ['duplicate-member'],
  needs: ['header-json', 'payload-json'],
  check({ header, payload }) {
    return checkUnique('header', header) ?? checkUnique('payload', payload);
  },
  see: () => 'no member is there twice',
} as const satisfies Rule;

function checkUnique(name: string, { duplicates }: JwtObject): Fault | undefined {
  const [first] = duplicates;
  if (first === undefined) return undefined;
  // The name of a member comes from the token, so it is not shown.
  const level = first.split('/').length - 1;
  return {
    code: 'duplicate-member',
    detail: `the ${name} names ${duplicates.length} of its members twice, the first at level ${level}: readers disagree which counts`,
  };
}
