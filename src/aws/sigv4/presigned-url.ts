import type { SignatureClaim } from './claim.ts';
import { decodePercent, encodeStrictly, MAX_PARAMETERS, type Parameter } from './percent.ts';
import { isSignatureParameter, readQueryForm } from './query-form.ts';
import type { QueryProblem } from './refusal.ts';

/** A presigned URL that has one reading only. Whether its signature is right, only who knows the secret can say. */
export interface PresignedUrl {
  readonly kind: 'presigned-url';
  /** Lower case, without a port. */
  readonly host: string;
  /** As it was written, from its first slash. */
  readonly path: string;
  /** All that are not the signature's own, decoded; each was there once. */
  readonly parameters: ReadonlyMap<string, string>;
  readonly claim: SignatureClaim;
}

export type PresignedUrlProblem =
  | 'too-long'
  /** A character beside the printable ones of ASCII; also one that is percent-encoded. */
  | 'not-ascii'
  /** Not `https://`, to the letter. */
  | 'scheme'
  | 'user-info'
  | 'port'
  | 'host'
  | 'path'
  | 'fragment'
  /** The query is missing, or has something beside `name=value`, joined by one `&` each. */
  | 'query'
  /** A name or a value is encoded otherwise than Signature Version 4 encodes it. */
  | 'encoding'
  | 'host-not-signed'
  /** The day of the credential scope is not that of `X-Amz-Date`. */
  | 'wrong-day'
  | 'empty-session-token'
  | QueryProblem;

export interface RefusedUrl {
  readonly kind: 'refused';
  readonly problem: PresignedUrlProblem;
  /** Of the parameters that `problem` is about; printable ASCII, and otherwise as it came. */
  readonly names: readonly string[];
}

/** More than STS takes, with a session token of any length that it hands out. */
const MAX_LENGTH = 16_384;

const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const HOST = new RegExp(`^(?=.{1,253}$)${LABEL}(?:\\.${LABEL})*$`);

/**
 * Reads a presigned URL by a grammar that leaves nothing to choose: whatever two readers could take for two things is
 * refused (CVE-2022-2385). What it asks for, of which host, and until when, is for the caller to judge.
 */
export function readPresignedUrl(text: string): PresignedUrl | RefusedUrl {
  if (text.length > MAX_LENGTH) return refuse('too-long');
  if (!isPrintable(text) || text.includes(' ')) return refuse('not-ascii');
  const [, authority, path = '', query] = /^https:\/\/([^/?#]*)([^?#]*)(?:\?([^#]*))?/.exec(text) ?? [];
  if (authority === undefined) return refuse('scheme');
  const problem = text.includes('#') ? 'fragment' : (checkAuthority(authority) ?? checkPath(path));
  if (problem !== undefined) return refuse(problem);
  const parameters = readStrictly(query);
  return 'problem' in parameters ? parameters : readSigned({ host: authority, path }, parameters);
}

function checkAuthority(authority: string): PresignedUrlProblem | undefined {
  if (authority.includes('@')) return 'user-info';
  if (/^[^[]*:/.test(authority)) return 'port';
  return HOST.test(authority) ? undefined : 'host';
}

/** Dot segments would be gone by the time that a URL parser has seen them. */
function checkPath(path: string): PresignedUrlProblem | undefined {
  const [first, ...segments] = path.split('/');
  if (first !== '' || segments.length === 0) return 'path';
  return segments.every(
    (segment) => decodeCanonical(segment) !== undefined && segment !== '.' && segment !== '..',
  )
    ? undefined
    : 'path';
}

function readStrictly(query: string | undefined): readonly Parameter[] | RefusedUrl {
  const parts = (query ?? '').split('&', MAX_PARAMETERS + 1);
  if (parts.length > MAX_PARAMETERS) return refuse('query');
  const parameters: Parameter[] = [];
  for (const part of parts) {
    const [name = '', value, ...rest] = part.split('=');
    if (name === '' || value === undefined || rest.length > 0) return refuse('query');
    const parameter = [decodeCanonical(name), decodeCanonical(value)] as const;
    if (!isDecoded(parameter)) return refuse('encoding');
    parameters.push(parameter);
  }
  return parameters.flat().every(isPrintable) ? parameters : refuse('not-ascii');
}

/** @returns undefined where Signature Version 4 encodes it otherwise */
function decodeCanonical(text: string): string | undefined {
  const decoded = decodePercent(text);
  return decoded !== undefined && encodeStrictly(decoded) === text ? decoded : undefined;
}

function isDecoded(parameter: readonly (string | undefined)[]): parameter is Parameter {
  return !parameter.includes(undefined);
}

function isPrintable(text: string): boolean {
  return /^[ -~]*$/.test(text);
}

function readSigned(
  place: Pick<PresignedUrl, 'host' | 'path'>,
  list: readonly Parameter[],
): PresignedUrl | RefusedUrl {
  const twice = findTwice(list);
  if (twice !== undefined) return refuse('twice', [twice]);
  const claim = readQueryForm(list);
  if (claim.kind === 'refused') return refuse(claim.problem, claim.names);
  const problem = checkClaim(claim, new Map(list));
  if (problem !== undefined) return refuse(problem);
  const parameters = new Map(list.filter((parameter) => !isSignatureParameter(parameter)));
  return { kind: 'presigned-url', ...place, parameters, claim };
}

/** Of two names that differ by their case only, services see one or two. */
function findTwice(list: readonly Parameter[]): string | undefined {
  const names = list.map(([name]) => name.toLowerCase());
  return list.find(([name], index) => names.indexOf(name.toLowerCase()) < index)?.[0];
}

/** What a service that verifies says elsewhere, or lets pass. */
function checkClaim(
  { signedHeaders, timestamp, scope, expires, sessionToken }: SignatureClaim,
  parameters: ReadonlyMap<string, string>,
): PresignedUrlProblem | undefined {
  if (!signedHeaders.includes('host')) return 'host-not-signed';
  if (!timestamp.startsWith(scope.day)) return 'wrong-day';
  if (expires !== undefined && parameters.get('X-Amz-Expires') !== String(expires))
    return 'expires-no-number';
  return sessionToken === '' ? 'empty-session-token' : undefined;
}

function refuse(problem: PresignedUrlProblem, names: readonly string[] = []): RefusedUrl {
  return { kind: 'refused', problem, names };
}
