import * as audience from './rules/audience.ts';
import * as claims from './rules/claims.ts';
import * as form from './rules/compact-form.ts';
import * as header from './rules/header.ts';
import * as issuer from './rules/issuer.ts';
import * as json from './rules/json-objects.ts';
import * as key from './rules/key.ts';
import * as signature from './rules/signature.ts';
import * as time from './rules/time.ts';

/**
 * Every rule, in the order in which AWS STS shows that it looks: form, header, issuer, key, signature, claims, time,
 * audience. The first that fails decides.
 */
export const RULES = [
  form.LENGTH,
  form.STRICT_LENGTH,
  form.SERIALIZATION,
  form.BASE64URL,
  form.CANONICAL_BASE64URL,
  json.HEADER_JSON,
  json.PAYLOAD_JSON,
  json.UNIQUE_MEMBERS,
  header.ALGORITHM,
  header.CRITICAL_HEADER,
  header.NO_KEY_IN_HEADER,
  header.TYPE,
  header.ENCODED_PAYLOAD,
  issuer.ISSUER_CLAIM,
  issuer.ISSUER,
  key.KEY_ID,
  key.KEY_ID_FORM,
  key.KEY,
  key.KEY_ALGORITHM,
  signature.SIGNATURE,
  key.KEY_STRENGTH,
  claims.REQUIRED_CLAIMS,
  claims.SUBJECT,
  claims.SUBJECT_TEXT,
  time.TIMES,
  time.TIMES_ARE_NUMBERS,
  audience.AUDIENCE_FORM,
  time.EXPIRY,
  time.ISSUED_AT,
  time.NOT_BEFORE,
  time.LIFETIME,
  audience.SINGLE_AUDIENCE,
  audience.AUDIENCE,
  claims.SERVICE_ACCOUNT,
] as const;

export type RuleName = (typeof RULES)[number]['name'];
