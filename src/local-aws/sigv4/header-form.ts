import type { AwsRequest } from '../route.ts';
import { ALGORITHM, isSignature, parseCredential, parseSignedHeaders, type SignatureClaim } from './claim.ts';
import { refuse, type SignatureRefusal } from './refusal.ts';
import { parseHttpDate, parseTimestamp, renderTimestamp } from './timestamp.ts';

/**
 * Reads `Authorization: AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…`.
 * Source: IAM User Guide, "Create a signed AWS API request", step 5.
 */
export function readHeaderForm(
  request: AwsRequest,
  authorization: string,
): SignatureClaim | SignatureRefusal {
  const parts = readParts(authorization);
  if (typeof parts === 'string') return refuse('malformed', parts);
  const credential = parseCredential(parts.Credential);
  if (typeof credential === 'string') return refuse('malformed', credential);
  const signedHeaders = parseSignedHeaders(parts.SignedHeaders);
  if (signedHeaders === undefined) {
    return refuse(
      'malformed',
      'SignedHeaders are not lower-case header names, sorted, each once, joined by semicolons.',
    );
  }
  if (!isSignature(parts.Signature))
    return refuse('malformed', 'the Signature is not 64 hexadecimal digits.');
  const date = readDate(request.headers);
  if (date === undefined) {
    return refuse(
      'malformed',
      "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header, each well-formed.",
    );
  }
  // Whoever may change an unsigned date can replay a request for ever.
  if (!signedHeaders.includes(date.header)) return refuse('unsigned-header', date.header);
  const sessionToken = request.headers.get('x-amz-security-token');
  return {
    kind: 'claim',
    form: 'header',
    ...credential,
    signedHeaders,
    signature: parts.Signature,
    timestamp: renderTimestamp(date.time),
    time: date.time,
    ...(sessionToken !== undefined && { sessionToken }),
  };
}

const PARTS = ['Credential', 'SignedHeaders', 'Signature'] as const;

type Parts = Readonly<Record<(typeof PARTS)[number], string>>;

/** @returns a sentence where a part is missing, there twice, or none of the three */
function readParts(authorization: string): Parts | string {
  if (!authorization.startsWith(`${ALGORITHM} `)) return `the algorithm is not ${ALGORITHM}.`;
  const found = new Map<string, string>();
  for (const part of authorization.slice(ALGORITHM.length + 1).split(',', 4)) {
    const [, name = '', value = ''] = /^ *(\w+)=([^ ]*) *$/.exec(part) ?? [];
    if (!PARTS.some((known) => known === name) || found.has(name)) {
      return 'it has something beside one Credential, one SignedHeaders and one Signature.';
    }
    found.set(name, value);
  }
  const missing = PARTS.filter((name) => !found.get(name));
  if (missing.length > 0)
    return missing.map((name) => `Authorization header requires '${name}' parameter.`).join(' ');
  const get = (name: string): string => found.get(name) ?? '';
  return { Credential: get('Credential'), SignedHeaders: get('SignedHeaders'), Signature: get('Signature') };
}

function readDate(
  headers: ReadonlyMap<string, string>,
): { readonly header: string; readonly time: number } | undefined {
  const amzDate = headers.get('x-amz-date');
  const header = amzDate === undefined ? 'date' : 'x-amz-date';
  const time = amzDate === undefined ? parseHttpDate(headers.get('date') ?? '') : parseTimestamp(amzDate);
  return time === undefined ? undefined : { header, time };
}
