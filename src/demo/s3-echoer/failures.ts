import { S3Error } from '../../aws/s3-errors.ts';
import { isRecord, readMember } from '../../json/record.ts';

/** Why nothing was written. */
export interface EchoFailure {
  /** 1 AWS said no, 2 the pod is not set up for it, 3 AWS could not be asked. */
  readonly exitCode: 1 | 2 | 3;
  /** AWS's own code, or that of the SDK or the system. */
  readonly code: string;
  /** What it said: one line, or ''. */
  readonly said: string;
  /** What to look at next. */
  readonly next: string;
}

type Entry = readonly [exitCode: EchoFailure['exitCode'], next: string];

const TRUST =
  'does the role exist, and does its trust policy name this ServiceAccount? `iam-bridge trust eval` says which condition fails';
const VERIFY = '`iam-bridge verify` checks the token as STS does, and says what it finds';
const LOOK_UP = 'the API reference of the service says what the code means';
const LATER = 'try again; if it stays, look at the network and at https://health.aws.amazon.com';

/** STS's codes (oidc providers), in the order of how often they are seen. */
const CREDENTIAL_ENTRIES: ReadonlyMap<string, Entry> = new Map([
  ['AccessDenied', [1, TRUST]],
  ['InvalidIdentityToken', [1, VERIFY]],
  [
    'ExpiredTokenException',
    [1, 'is the token file renewed, and is the clock right? subPath mounts are never renewed'],
  ],
  [
    'IDPCommunicationError',
    [3, 'STS cannot reach the issuer of the token: is it public, and quick to answer?'],
  ],
  ['ValidationError', [1, 'look at AWS_ROLE_ARN and AWS_ROLE_SESSION_NAME of the pod']],
  ['RegionDisabledException', [1, 'activate STS in that region, or set AWS_REGION to another one']],
  ['ENOENT', [2, 'the token file is missing: was the pod created after its ServiceAccount got the role?']],
  ['EACCES', [2, 'the token file may not be read: set fsGroup in the securityContext of the pod']],
  [
    'CredentialsProviderError',
    [
      2,
      'has the ServiceAccount the annotation eks.amazonaws.com/role-arn, and was the pod created after it?',
    ],
  ],
]);

/** S3's codes. */
const PUT_ENTRIES: ReadonlyMap<string, Entry> = new Map([
  ['AccessDenied', [1, 'the role was assumed: do its permissions have s3:PutObject on the bucket?']],
  ['NoSuchBucket', [1, 'create the bucket, or correct BUCKET']],
  ['PermanentRedirect', [1, 'the bucket is in another region: set AWS_REGION to it']],
  ['AuthorizationHeaderMalformed', [1, 'the bucket is in another region: set AWS_REGION to it']],
  ['ExpiredToken', [1, 'the credentials have expired: start again']],
  ['RequestTimeTooSkewed', [1, 'the clock is wrong by more than 15 minutes: set it']],
]);

/** STS has one code for many mistakes, and tells them apart in words. */
const IDENTITY_TOKEN_HINTS: readonly (readonly [RegExp, string])[] = [
  [
    /No OpenIDConnect provider/,
    "create the IAM OIDC provider for the cluster's issuer in the role's account",
  ],
  [
    /audience/i,
    "the token's audience is none of the provider's client ids: both should be sts.amazonaws.com",
  ],
  [
    /verification key/,
    'the issuer does not publish the key that signed the token: `iam-bridge issuer drift` compares both',
  ],
];

/** Reads why there are no credentials. */
export function explainCredentials(error: unknown): EchoFailure {
  const failure = explain(error, CREDENTIAL_ENTRIES);
  if (failure.code !== 'InvalidIdentityToken') return failure;
  const hint = IDENTITY_TOKEN_HINTS.find(([words]) => words.test(failure.said));
  return hint === undefined ? failure : { ...failure, next: hint[1] };
}

/** Reads why S3 has not taken the object. */
export function explainPut(error: unknown): EchoFailure {
  const failure = explain(error, PUT_ENTRIES);
  // All that this error says beside the code is what to do in general, and `next` knows better.
  return error instanceof S3Error && PUT_ENTRIES.has(failure.code) ? { ...failure, said: '' } : failure;
}

function explain(error: unknown, entries: ReadonlyMap<string, Entry>): EchoFailure {
  const facts = readFacts(error);
  const unknown: Entry = isRefusal(facts.status) ? [1, LOOK_UP] : [3, LATER];
  const [exitCode, next] = entries.get(facts.code) ?? unknown;
  return { exitCode, code: facts.code, said: facts.said, next };
}

function isRefusal(status: number | undefined): boolean {
  return status !== undefined && status >= 400 && status < 500 && status !== 429;
}

interface ErrorFacts {
  readonly code: string;
  readonly status: number | undefined;
  readonly said: string;
}

/**
 * The SDK puts a service's code into `Code` as it was sent, into `name` with `Exception` where it knows it, the system's
 * into `code`, and the HTTP status into `$metadata`.
 */
function readFacts(error: unknown): ErrorFacts {
  const fields = isRecord(error) ? error : {};
  const metadata = readMember(fields, '$metadata');
  const status = isRecord(metadata) ? metadata['httpStatusCode'] : fields['status'];
  const code = readMember(fields, 'Code') ?? readMember(fields, 'code');
  const name = error instanceof Error ? error.name : 'Error';
  return {
    code: typeof code === 'string' ? code : name,
    status: typeof status === 'number' ? status : undefined,
    said: toLine(error instanceof Error ? error.message : String(error)),
  };
}

const MAX_LINE = 300;

function toLine(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > MAX_LINE ? `${line.slice(0, MAX_LINE)}…` : line;
}
