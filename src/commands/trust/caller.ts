import type { Readable } from 'node:stream';
import { describeError } from '../../base/errors.ts';
import { readTextFile } from '../../base/text-file.ts';
import { readJson } from '../../json/read.ts';
import { isRecord, type JsonRecord, readMember } from '../../json/record.ts';
import type { TrustRequest } from '../../trust/request.ts';
import {
  isRoleListed,
  readPersonalClaims,
  readSessionClaims,
  type SessionClaims,
} from '../../web-identity/sts/policy-claims.ts';
import { readClaims } from '../../web-identity/token/claims.ts';

type DecodedToken =
  | { readonly kind: 'claims'; readonly claims: JsonRecord }
  /** A sentence that has nothing of the token in it. */
  | { readonly kind: 'problem'; readonly problem: string };

/** STS takes 20,000 characters. */
const MAX_TOKEN = 20_000;

/**
 * The claims of the JWT in a file, or on standard input where it is `-`. They are decoded and no more: whether it is
 * signed, and in force, is for `iam-bridge verify` to say.
 */
export async function readToken(path: string, input: Readable): Promise<DecodedToken> {
  try {
    return decodeToken(await readTextFile(path, 4 * MAX_TOKEN, input));
  } catch (error) {
    return { kind: 'problem', problem: describeError(error) };
  }
}

function decodeToken(text: string): DecodedToken {
  const token = text.trim();
  const [, payload = '', ...rest] = token.split('.');
  if (token.length > MAX_TOKEN || rest.length !== 1 || !/^[\w-]+$/.test(payload)) {
    const problem = 'it is no JWT: give three parts of base64url with dots between them';
    return { kind: 'problem', problem };
  }
  const reading = readJson(Buffer.from(payload, 'base64url').toString('utf8'));
  if (reading.kind === 'malformed') return { kind: 'problem', problem: `its claims: ${reading.problem}` };
  if (!isRecord(reading.value)) return { kind: 'problem', problem: 'its claims are no JSON object' };
  if (reading.duplicates.length > 0) {
    return { kind: 'problem', problem: 'it has a claim twice, and no reader can tell which one counts' };
  }
  return { kind: 'claims', claims: reading.value };
}

/** What a trust policy may ask of a caller. */
export interface CallerClaims extends SessionClaims {
  readonly issuer: string;
  readonly token: TrustRequest['token'];
  /** Whether the issuer lets the token have the role; undefined where the token does not say. */
  readonly authorizedByIdp?: boolean;
}

export type CallerReading =
  | { readonly kind: 'claims'; readonly claims: CallerClaims }
  /** STS refuses the token before it asks any policy. */
  | { readonly kind: 'refused'; readonly problem: string }
  /** It takes another option to tell. */
  | { readonly kind: 'usage'; readonly problem: string };

/** Reads from a token what a policy is asked about. Signature and times are for `iam-bridge verify` to judge. */
export function readCallerClaims(all: JsonRecord, roleArn: string | undefined): CallerReading {
  const claims = readClaims(all);
  if (claims === undefined) return { kind: 'refused', problem: describeLack(all) };
  if (!/^[!-~]{1,255}$/.test(claims.iss)) {
    return { kind: 'refused', problem: 'its iss is no URL that a provider can have' };
  }
  if (claims.aud.length > 1 && claims.azp === undefined) {
    const problem = 'it has more than one audience and no azp: ask for a token with one audience';
    return { kind: 'refused', problem };
  }
  const session = readSessionClaims(all);
  if (session.kind === 'malformed') return { kind: 'refused', problem: session.problem };
  const isListed = isRoleListed(all, roleArn ?? '');
  if (isListed !== undefined && roleArn === undefined) {
    const problem = 'it lists the roles that it is for (https://aws.amazon.com/roles): give --role-arn, too';
    return { kind: 'usage', problem };
  }
  if (isListed === false) {
    return { kind: 'refused', problem: `it lists the roles that it is for, and ${roleArn} is none of them` };
  }
  const { iss: issuer, sub, aud, effectiveAudience: audience } = claims;
  const token = { sub, audience, originalAudiences: aud, ...readPersonalClaims(all) };
  const listed = isListed === undefined ? {} : { authorizedByIdp: isListed };
  return { kind: 'claims', claims: { issuer, token, ...session.claims, ...listed } };
}

function describeLack(all: JsonRecord): string {
  const missing = ['iss', 'sub', 'aud', 'exp', 'iat'].filter((name) => readMember(all, name) === undefined);
  return missing.length > 0
    ? `it has no claim ${missing.join(', ')}`
    : 'one of its claims iss, sub, aud, exp, iat is not of the type that it must be (iam-bridge verify says which)';
}
