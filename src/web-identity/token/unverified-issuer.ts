import { readMember } from '../../json/record.ts';
import { createExamination, type VerifyOptions } from './examination.ts';
import { FORM_RULES } from './rules/form-table.ts';

const NOBODY: VerifyOptions = {
  issuers: [],
  audiences: [],
  now: 0,
  keys: { find: () => ({ kind: 'unknown-kid' }) },
  profile: 'aws',
};

/**
 * The issuer that a token names, before anybody has verified that. Good for a message, or for choosing among keys that
 * the caller has in hand; never for where to fetch keys from.
 * @returns undefined where the token has no readable payload, or no such claim
 */
export function readUnverifiedIssuer(raw: string): string | undefined {
  const examination = createExamination(raw, NOBODY);
  for (const { name, origin, check } of FORM_RULES) {
    if (check(examination) !== undefined && origin !== 'ours') return undefined;
    if (name === 'payload-json') break;
  }
  const iss = readMember(examination.payload.record, 'iss');
  return typeof iss === 'string' ? iss : undefined;
}
