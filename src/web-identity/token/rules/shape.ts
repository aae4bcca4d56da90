import { isUtf8 } from 'node:buffer';
import { readJson } from '../../../json/read.ts';
import { isRecord } from '../../../json/record.ts';
import type { Examination, Fault, Section } from '../examination.ts';
import type { RefusalCode } from '../refusals.ts';

const MIN_LENGTH = 4;
const MAX_LENGTH = 20_000;
const STRICT_MAX_LENGTH = 16 * 1024;
/** Deeper than `kubernetes.io` goes, and than any claim that this program reads. */
const MAX_DEPTH = 16;
const NAMES = ['header', 'payload', 'signature'] as const;
const BASE64URL = /^[A-Za-z0-9_-]*$/;
/** Characters of base64url whose value ends in that many zero bits. */
const FOUR_ZERO_BITS = 'AQgw';
const TWO_ZERO_BITS = 'AEIMQUYcgkosw048';

/** Before anything else: nothing is done for a token that is too long. */
export function checkLength({ raw }: Examination): Fault | undefined {
  if (raw.length < MIN_LENGTH)
    return {
      code: 'token-too-short',
      detail: `the token has ${raw.length} characters: is the token file empty?`,
    };
  if (raw.length <= MAX_LENGTH) return undefined;
  return {
    code: 'token-too-long',
    detail: `the token has ${raw.length} characters, and 20000 are allowed: leave claims out`,
  };
}

export function checkStrictLength({ raw }: Examination): Fault | undefined {
  if (raw.length <= STRICT_MAX_LENGTH) return undefined;
  return {
    code: 'token-over-limit',
    detail: `the token has ${raw.length} characters, and ${STRICT_MAX_LENGTH} are allowed here`,
  };
}

/** Finds the three parts (RFC 7515 section 7.1). */
export function checkSerialization(examination: Examination): Fault | undefined {
  const { raw } = examination;
  const first = raw.indexOf('.');
  const second = raw.indexOf('.', first + 1);
  // Also where there is no dot at all: then both searches find nothing, or the first one twice.
  if (first <= 0 || second <= first + 1 || raw.includes('.', second + 1)) return describeOtherForm(raw);
  examination.segments = [raw.slice(0, first), raw.slice(first + 1, second), raw.slice(second + 1)];
  return undefined;
}

function describeOtherForm(raw: string): Fault {
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

export function checkBase64url({ segments }: Examination): Fault | undefined {
  const bad = segments.findIndex((segment) => segment.length % 4 === 1 || !BASE64URL.test(segment));
  if (bad === -1) return undefined;
  const hint = /^[A-Za-z0-9_-]*\s+$/.test(segments[bad] ?? '')
    ? 'it ends in white space: write the token file without a line break at its end'
    : 'only A–Z, a–z, 0–9, - and _ may be there, without padding';
  return { code: 'not-base64url', detail: `the ${NAMES[bad]} is not base64url: ${hint}` };
}

/** The same bytes in two spellings pass by any memory of tokens that were seen. */
export function checkCanonical({ segments }: Examination): Fault | undefined {
  const bad = segments.findIndex((segment) => !isCanonical(segment));
  if (bad === -1) return undefined;
  return {
    code: 'not-canonical-base64url',
    detail: `the last character of the ${NAMES[bad]} has bits that belong to no byte`,
  };
}

/** Six bits a character: two characters have four bits too many for a byte, three have two too many for two bytes. */
function isCanonical(segment: string): boolean {
  const rest = segment.length % 4;
  return rest === 0 || (rest === 2 ? FOUR_ZERO_BITS : TWO_ZERO_BITS).includes(segment.slice(-1));
}

export function checkHeaderJson(examination: Examination): Fault | undefined {
  const section = readSection(examination.segments[0]);
  if (typeof section === 'string') return describeSection('header-malformed', 'header', section);
  examination.header = section;
  return undefined;
}

export function checkPayloadJson(examination: Examination): Fault | undefined {
  const section = readSection(examination.segments[1]);
  if (typeof section === 'string') return describeSection('payload-malformed', 'payload', section);
  examination.payload = section;
  return undefined;
}

function describeSection(code: RefusalCode, name: string, problem: string): Fault {
  return { code, detail: `the ${name} is not a JSON object in UTF-8: ${problem}` };
}

/** @returns what is wrong with it, or what is in it */
function readSection(segment: string): Section | string {
  const bytes = Buffer.from(segment, 'base64url');
  if (!isUtf8(bytes)) return 'it is not UTF-8';
  // Not TextDecoder, which would drop a byte order mark: with one it is not JSON (RFC 8259 section 8.1).
  const reading = readJson(bytes.toString('utf8'), MAX_DEPTH);
  if (reading.kind === 'malformed') return reading.problem;
  if (!isRecord(reading.value)) return 'it is another JSON value';
  return { record: reading.value, duplicates: reading.duplicates };
}

export function checkUniqueMembers({ header, payload }: Examination): Fault | undefined {
  for (const [name, { duplicates }] of [
    ['header', header],
    ['payload', payload],
  ] as const) {
    const [first] = duplicates;
    if (first === undefined) continue;
    // The name of a member comes from the token, so it is not shown.
    const level = first.split('/').length - 1;
    return {
      code: 'duplicate-member',
      detail: `the ${name} names ${duplicates.length} of its members twice, the first at level ${level}: readers disagree which counts`,
    };
  }
  return undefined;
}
