import type { MappingFailure } from '../mapping/mapper.ts';

/**
 * What becomes of a request:
 * - `granted`: a user.
 * - `refusal`: never a user, whatever happens: no `error`, so that kube-apiserver remembers it.
 * - `error`: none now. Someone may mend it, or it passes by itself: with `error`, so that kube-apiserver asks again.
 */
export type Answer = 'granted' | 'refusal' | 'error';

/** The label `result` of the Go program's latency metric, its slip of the pen included. */
export type GoResult =
  | 'success'
  | 'malformed_request'
  | 'invalid_token'
  | 'sts_error'
  | 'sts_throttling'
  | 'uknown_user';

interface Row {
  readonly answer: Answer;
  readonly go: GoResult;
  /** One sentence without anything of the request: logs, `error`, `verify` and `docs/authenticator.md` have it. */
  readonly meaning: string;
}

const token = (meaning: string): Row & { readonly answer: 'refusal' } => ({
  answer: 'refusal',
  go: 'invalid_token',
  meaning,
});
const sts = (meaning: string): Row & { readonly answer: 'error' } => ({
  answer: 'error',
  go: 'sts_error',
  meaning,
});
const mapping = (meaning: string): Row & { readonly answer: 'error' } => ({
  answer: 'error',
  go: 'uknown_user',
  meaning,
});

/** Codes of the checks that ask nobody, in the order in which they are made. */
const TOKEN_REASONS = {
  'token-too-large': token('The token is larger than the limit.'),
  'not-an-iam-token': token('The token does not begin with k8s-aws-v1.'),
  'not-base64url': token('What follows the prefix is not the one base64url spelling of a text.'),
  'url-not-ascii': token('The URL has characters that are not printable ASCII.'),
  'url-not-https': token('The URL does not begin with https://.'),
  'url-fragment': token('The URL has a fragment.'),
  'url-authority-malformed': token('The URL has a user, a port, or a host that is no lower-case DNS name.'),
  'url-path-not-root': token('The path of the URL is not /.'),
  'query-malformed': token('The query is not name=value joined by &, encoded as SigV4 encodes.'),
  'parameter-twice': token('A parameter is there more than once, upper and lower case being the same.'),
  'parameter-unknown': token('A parameter is none of a token, or is written in another case.'),
  'parameter-missing': token('A parameter that a token needs is missing or empty.'),
  'action-not-allowed': token('The action is not GetCallerIdentity.'),
  'version-not-allowed': token('The API version is not 2011-06-15.'),
  'algorithm-not-allowed': token('The algorithm is not AWS4-HMAC-SHA256.'),
  'credential-malformed': token(
    'The credential is not KEY/DAY/REGION/sts/aws4_request with the day of the date.',
  ),
  'signed-headers-not-allowed': token('The signed headers are not host and x-k8s-aws-id.'),
  'signature-malformed': token('The signature is not 64 lower-case hexadecimal digits.'),
  'date-malformed': token('The date is not YYYYMMDDThhmmssZ of a calendar.'),
  'expires-out-of-range': token('X-Amz-Expires is no integer from 1 to 900.'),
  'session-token-empty': token('The session token is there and empty.'),
  'host-not-allowed': token('The host is none of STS in this partition, nor one that was configured.'),
  'scope-region-mismatch': token('The token is signed for another region than that of its host.'),
  'token-expired': token('The token was signed more than 15 minutes ago.'),
  'token-not-yet-valid': {
    answer: 'error',
    go: 'invalid_token',
    meaning: 'The token was signed more than 15 minutes ahead of this clock.',
  },
} as const satisfies Record<string, Row>;

/** Codes of what STS answered, or did not. */
const STS_REASONS = {
  'signature-mismatch': {
    answer: 'refusal',
    go: 'sts_error',
    meaning: 'STS: the signature does not match. Often the token is for another cluster ID.',
  },
  'credentials-expired': {
    answer: 'refusal',
    go: 'sts_error',
    meaning: 'STS: the credentials that signed the token have expired.',
  },
  'sts-signature-early': sts('STS: the signature is not yet current. A clock is ahead.'),
  'sts-key-unknown': sts('STS does not know the access key, or not yet.'),
  'sts-region-disabled': sts('STS: the region is not enabled for the account.'),
  'sts-throttled': { answer: 'error', go: 'sts_throttling', meaning: 'STS throttles.' },
  'sts-refused': sts('STS refused for another reason.'),
  'sts-server-error': sts('STS answered with a server error.'),
  'sts-timeout': sts('STS did not answer in time.'),
  'sts-unreachable': sts('STS could not be reached.'),
  'sts-unreadable': sts('The answer is not one that STS gives.'),
  'sts-circuit-open': sts('The STS host fails too often and is spared for a moment.'),
  'sts-busy': sts('Too many calls to STS wait already.'),
  'identity-unreadable': sts('STS names no principal that could be mapped.'),
  'partition-mismatch': sts('STS names a principal of another partition than the server has.'),
} as const satisfies Record<string, Row>;

const MAPPING_REASONS = {
  unmapped: mapping('No mapping for the IAM principal.'),
  'reserved-username': mapping('The mapping makes a username that is reserved.'),
  'username-malformed': mapping('The mapping makes no valid username or group.'),
  'bad-entry': mapping('The mapping of the principal is malformed.'),
  'identity-mismatch': mapping('The mapping names the principal by an ARN and an id that disagree.'),
  'node-name-unknown': mapping('The name of the EC2 instance could not be found.'),
  'source-unknown': mapping('A source of mappings has not been read yet.'),
  'mapper-fault': mapping('The mapper failed.'),
} as const satisfies Record<string, Row> & Record<MappingFailure, Row>;

const REQUEST_REASONS = {
  'review-malformed': {
    answer: 'error',
    go: 'malformed_request',
    meaning: 'The body is no TokenReview of authentication.k8s.io/v1 or v1beta1.',
  },
  'audience-not-allowed': {
    answer: 'error',
    go: 'invalid_token',
    meaning: 'None of the audiences that were asked for is one of this server.',
  },
  'internal-error': { answer: 'error', go: 'sts_error', meaning: 'Something failed here.' },
} as const satisfies Record<string, Row>;

/**
 * Every outcome of a TokenReview, in one table: answer, log, metrics, `iam-bridge verify` and tests use these codes, and
 * `docs/authenticator.md` lists them.
 */
export const REASONS = {
  granted: { answer: 'granted', go: 'success', meaning: 'The principal is mapped.' },
  ...REQUEST_REASONS,
  ...TOKEN_REASONS,
  ...STS_REASONS,
  ...MAPPING_REASONS,
} as const satisfies Record<string, Row>;

export type Reason = keyof typeof REASONS;
export type TokenReason = keyof typeof TOKEN_REASONS;
export type StsReason = keyof typeof STS_REASONS;

export function answerOf(reason: Reason): Answer {
  return REASONS[reason].answer;
}
