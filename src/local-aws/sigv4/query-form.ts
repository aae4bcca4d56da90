import type { Parameter } from '../percent.ts';
import { ALGORITHM, isSignature, parseCredential, parseSignedHeaders, type SignatureClaim } from './claim.ts';
import { refuse, type SignatureRefusal } from './refusal.ts';
import { parseTimestamp } from './timestamp.ts';

/** The parameters of a presigned URL; the last two may be left out (`X-Amz-Expires` by all services but S3). */
const NAMES = [
  'X-Amz-Algorithm',
  'X-Amz-Credential',
  'X-Amz-Date',
  'X-Amz-SignedHeaders',
  'X-Amz-Signature',
  'X-Amz-Expires',
  'X-Amz-Security-Token',
] as const;
const OPTIONAL: ReadonlySet<string> = new Set(['X-Amz-Expires', 'X-Amz-Security-Token']);

/** A week (IAM User Guide, "Signature Version 4 request elements"). */
const MAX_EXPIRES = 604_800;

/**
 * Reads the parameters of a presigned URL. One that is there twice, also in another case, is refused: two readers that
 * choose differently are an attack (CVE-2022-2385).
 */
export function readQueryForm(parameters: readonly Parameter[]): SignatureClaim | SignatureRefusal {
  const found = collect(parameters);
  if (typeof found === 'string') return refuse('malformed', found);
  const get = (name: (typeof NAMES)[number]): string => found.get(name) ?? '';
  if (get('X-Amz-Algorithm') !== ALGORITHM)
    return refuse('malformed', `X-Amz-Algorithm only supports "${ALGORITHM}"`);
  const credential = parseCredential(get('X-Amz-Credential'));
  if (typeof credential === 'string') {
    return refuse('malformed', `Error parsing the X-Amz-Credential parameter; ${credential}`);
  }
  const signedHeaders = parseSignedHeaders(get('X-Amz-SignedHeaders'));
  if (signedHeaders === undefined)
    return refuse('malformed', 'X-Amz-SignedHeaders are not sorted lower-case names.');
  if (!isSignature(get('X-Amz-Signature'))) {
    return refuse('malformed', 'X-Amz-Signature is not 64 hexadecimal digits.');
  }
  const timestamp = get('X-Amz-Date');
  const time = parseTimestamp(timestamp);
  if (time === undefined) {
    return refuse('malformed', "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"");
  }
  const expires = readExpires(found.get('X-Amz-Expires'));
  if (typeof expires === 'string') return refuse('malformed', expires);
  const sessionToken = found.get('X-Amz-Security-Token');
  return {
    kind: 'claim',
    form: 'query',
    ...credential,
    signedHeaders,
    signature: get('X-Amz-Signature'),
    timestamp,
    time,
    ...(expires !== undefined && { expires }),
    ...(sessionToken !== undefined && { sessionToken }),
  };
}

const BY_LOWER_CASE: ReadonlyMap<string, string> = new Map(NAMES.map((name) => [name.toLowerCase(), name]));

/** Whether a parameter is about the signature, however it is written. */
export function isSignatureParameter([name]: Parameter): boolean {
  return BY_LOWER_CASE.has(name.toLowerCase());
}

function collect(parameters: readonly Parameter[]): Map<string, string> | string {
  const found = new Map<string, string>();
  for (const [name, value] of parameters) {
    const exact = BY_LOWER_CASE.get(name.toLowerCase());
    if (exact === undefined) continue;
    if (exact !== name) return `a query parameter is not written as ${exact}.`;
    if (found.has(exact)) return `the query parameter ${exact} is there more than once.`;
    found.set(exact, value);
  }
  const missing = NAMES.filter((name) => !OPTIONAL.has(name) && !found.get(name));
  if (missing.length === 0) return found;
  return `Query-string authentication version 4 requires the parameters ${missing.join(', ')}.`;
}

function readExpires(text: string | undefined): number | string | undefined {
  if (text === undefined) return undefined;
  if (!/^[0-9]{1,10}$/.test(text)) return 'X-Amz-Expires should be a number';
  const seconds = Number(text);
  if (seconds < 1) return 'X-Amz-Expires must be positive';
  return seconds > MAX_EXPIRES
    ? `X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than ${MAX_EXPIRES} seconds`
    : seconds;
}
