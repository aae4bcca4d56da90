import { readMember } from '../../json/record.ts';
import { createExamination, type VerifyOptions } from './examination.ts';
import { BASE64URL, LENGTH, SERIALIZATION } from './rules/compact-form.ts';
import { HEADER_JSON, PAYLOAD_JSON } from './rules/json-objects.ts';

const NOBODY: VerifyOptions = {
  issuers: [],
  audiences: [],
  now: 0,
  keys: { find: () => ({ kind: 'unknown-kid' }) },
  profile: 'aws',
};

/** Rules without which there is no payload to look at. */
const READING = [LENGTH, SERIALIZATION, BASE64URL, HEADER_JSON, PAYLOAD_JSON] as const;

/**
 * The issuer that a token names, before anybody has verified that. Good for a message, or for choosing among keys that
 * the caller has in hand; never for where to fetch keys from.
 * @returns undefined where the token has no readable payload, or no such claim
 */
export function readUnverifiedIssuer(raw: string): string | undefined {
  const examination = createExamination(raw, NOBODY);
  if (READING.some(({ check }) => check(examination) !== undefined)) return undefined;
  const iss = readMember(examination.payload.record, 'iss');
  return typeof iss === 'string' ? iss : undefined;
}
