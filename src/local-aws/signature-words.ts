import { MAX_SKEW } from '../aws/sigv4/clock.ts';
import { MAX_EXPIRES } from '../aws/sigv4/query-form.ts';
import type { CredentialProblem, HeaderProblem, QueryProblem, SignatureFault } from '../aws/sigv4/refusal.ts';
import { ALGORITHM } from '../aws/sigv4/signature.ts';
import { renderTimestamp } from '../aws/sigv4/timestamp.ts';

/** Faults that services tell in the same sentences. */
export type WordedFault = Extract<
  SignatureFault,
  { readonly fault: 'other-mechanism' | 'two-forms' | 'malformed' | 'wrong-day' | 'too-early' | 'too-late' }
>;

/** One sentence, in AWS's words where they are known. Never a part of a secret or of a signature. */
export function describeFault(fault: WordedFault): string {
  switch (fault.fault) {
    case 'other-mechanism':
      return 'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.';
    case 'two-forms':
      return 'Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter or the Authorization header should be specified';
    case 'malformed':
      return fault.form === 'header'
        ? HEADER_WORDS[fault.problem](fault.names)
        : QUERY_WORDS[fault.problem](fault.names);
    case 'wrong-day': {
      const { day, timestamp } = fault;
      const days = `'${day}' != '${timestamp.slice(0, 8)}', from '${timestamp}'`;
      return `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: ${days}.`;
    }
    case 'too-early':
    case 'too-late':
      return describeTime(fault);
  }
}

function describeTime({ fault, timestamp, now }: WordedFault & { readonly fault: `too-${string}` }): string {
  const clock = renderTimestamp(now);
  return fault === 'too-early'
    ? `Signature not yet current: ${timestamp} is still later than ${renderTimestamp(now + MAX_SKEW)} (${clock} + 15 min.)`
    : `Signature expired: ${timestamp} is now earlier than ${renderTimestamp(now - MAX_SKEW)} (${clock} - 15 min.)`;
}

type Words<Problem extends string> = Readonly<Record<Problem, (names: readonly string[]) => string>>;

const CREDENTIAL_WORDS: Words<CredentialProblem> = {
  credential: () =>
    'the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".',
  'access-key-id': () => 'the Credential has no access key id of 16 to 128 word characters.',
  'scope-day': () => 'the Credential has no day of the form YYYYMMDD.',
  'scope-region': () => 'the Credential has no region.',
  'scope-service': () => 'the Credential has no service.',
};

const HEADER_WORDS: Words<HeaderProblem> = {
  ...CREDENTIAL_WORDS,
  algorithm: () => `the algorithm is not ${ALGORITHM}.`,
  strange: () => 'it has something beside one Credential, one SignedHeaders and one Signature.',
  missing: (names) => names.map((name) => `Authorization header requires '${name}' parameter.`).join(' '),
  'signed-headers': () =>
    'SignedHeaders are not lower-case header names, sorted, each once, joined by semicolons.',
  signature: () => 'the Signature is not 64 hexadecimal digits.',
  date: () =>
    "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header, each well-formed.",
};

const inParameter = (problem: CredentialProblem) => () =>
  `Error parsing the X-Amz-Credential parameter; ${CREDENTIAL_WORDS[problem]([])}`;

const QUERY_WORDS: Words<QueryProblem> = {
  credential: inParameter('credential'),
  'access-key-id': inParameter('access-key-id'),
  'scope-day': inParameter('scope-day'),
  'scope-region': inParameter('scope-region'),
  'scope-service': inParameter('scope-service'),
  undecodable: () => 'the query cannot be decoded.',
  case: ([name]) => `a query parameter is not written as ${name}.`,
  twice: ([name]) => `the query parameter ${name} is there more than once.`,
  missing: (names) => `Query-string authentication version 4 requires the parameters ${names.join(', ')}.`,
  algorithm: () => `X-Amz-Algorithm only supports "${ALGORITHM}"`,
  'signed-headers': () => 'X-Amz-SignedHeaders are not sorted lower-case names.',
  signature: () => 'X-Amz-Signature is not 64 hexadecimal digits.',
  date: () => "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"",
  'expires-no-number': () => 'X-Amz-Expires should be a number',
  'expires-zero': () => 'X-Amz-Expires must be positive',
  'expires-beyond-a-week': () =>
    `X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than ${MAX_EXPIRES} seconds`,
  'expires-missing': () => 'Query-string authentication version 4 requires the X-Amz-Expires parameter.',
};
