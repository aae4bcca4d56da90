import { isSignature, parseCredential, parseSignedHeaders, type SignatureClaim } from './claim.ts';
import { type HeaderProblem, refuseHeader, type SignatureRefusal } from './refusal.ts';
import { ALGORITHM } from './signature.ts';
import { parseHttpDate, parseTimestamp, renderTimestamp } from './timestamp.ts';

/**
 * Reads `Authorization: AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…`.
 * Source: IAM User Guide, "Create a signed AWS API request", step 5.
 * @param headers by lower-case name
 */
export function readHeaderForm(
  authorization: string,
  headers: ReadonlyMap<string, string>,
): SignatureClaim | SignatureRefusal {
  const parts = readParts(authorization);
  if ('problem' in parts) return refuseHeader(parts.problem, parts.names);
  const credential = parseCredential(parts.Credential);
  if (typeof credential === 'string') return refuseHeader(credential);
  const signedHeaders = parseSignedHeaders(parts.SignedHeaders);
  if (signedHeaders === undefined) return refuseHeader('signed-headers');
  if (!isSignature(parts.Signature)) return refuseHeader('signature');
  const date = readDate(headers);
  if (date === undefined) return refuseHeader('date');
  // Whoever may change an unsigned date can replay a request for ever.
  if (!signedHeaders.includes(date.header))
    return { kind: 'refused', fault: 'unsigned-header', names: [date.header] };
  const sessionToken = headers.get('x-amz-security-token');
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

interface PartsProblem {
  readonly problem: HeaderProblem;
  readonly names?: readonly string[];
}

function readParts(authorization: string): Parts | PartsProblem {
  if (!authorization.startsWith(`${ALGORITHM} `)) return { problem: 'algorithm' };
  const found = new Map<string, string>();
  for (const part of authorization.slice(ALGORITHM.length + 1).split(',', 4)) {
    const [, name = '', value = ''] = /^ *(\w+)=([^ ]*) *$/.exec(part) ?? [];
    if (!PARTS.some((known) => known === name) || found.has(name)) return { problem: 'strange' };
    found.set(name, value);
  }
  const names = PARTS.filter((name) => !found.get(name));
  if (names.length > 0) return { problem: 'missing', names };
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
