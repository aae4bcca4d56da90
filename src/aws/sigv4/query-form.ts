import { isSignature, parseCredential, parseSignedHeaders, type SignatureClaim } from './claim.ts';
import type { Parameter } from './percent.ts';
import { type MalformedQuery, type QueryProblem, refuseQuery } from './refusal.ts';
import { ALGORITHM } from './signature.ts';
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

/** Seconds: a week (IAM User Guide, "Signature Version 4 request elements"). */
export const MAX_EXPIRES = 604_800;

export type QueryRefusal = MalformedQuery & { readonly kind: 'refused' };

/**
 * Reads the parameters of a presigned URL. One that is there twice, also in another case, is refused: two readers that
 * choose differently are an attack (CVE-2022-2385).
 */
export function readQueryForm(parameters: readonly Parameter[]): SignatureClaim | QueryRefusal {
  const found = collect(parameters);
  if ('kind' in found) return found;
  const get = (name: (typeof NAMES)[number]): string => found.get(name) ?? '';
  if (get('X-Amz-Algorithm') !== ALGORITHM) return refuseQuery('algorithm');
  const credential = parseCredential(get('X-Amz-Credential'));
  if (typeof credential === 'string') return refuseQuery(credential);
  const signedHeaders = parseSignedHeaders(get('X-Amz-SignedHeaders'));
  if (signedHeaders === undefined) return refuseQuery('signed-headers');
  if (!isSignature(get('X-Amz-Signature'))) return refuseQuery('signature');
  const timestamp = get('X-Amz-Date');
  const time = parseTimestamp(timestamp);
  if (time === undefined) return refuseQuery('date');
  const expires = readExpires(found.get('X-Amz-Expires'));
  if (typeof expires === 'string') return refuseQuery(expires);
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

function collect(parameters: readonly Parameter[]): Map<string, string> | QueryRefusal {
  const found = new Map<string, string>();
  for (const [name, value] of parameters) {
    const exact = BY_LOWER_CASE.get(name.toLowerCase());
    if (exact === undefined) continue;
    if (exact !== name) return refuseQuery('case', [exact]);
    if (found.has(exact)) return refuseQuery('twice', [exact]);
    found.set(exact, value);
  }
  const missing = NAMES.filter((name) => !OPTIONAL.has(name) && !found.get(name));
  return missing.length === 0 ? found : refuseQuery('missing', missing);
}

function readExpires(text: string | undefined): number | QueryProblem | undefined {
  if (text === undefined) return undefined;
  if (!/^[0-9]{1,10}$/.test(text)) return 'expires-no-number';
  const seconds = Number(text);
  if (seconds < 1) return 'expires-zero';
  return seconds > MAX_EXPIRES ? 'expires-beyond-a-week' : seconds;
}
