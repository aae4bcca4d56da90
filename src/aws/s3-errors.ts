import { ExplainedError } from '../base/errors.ts';

/** S3, or what stands in front of it, did not do what was asked. The message has the remedy, and nothing secret. */
export class S3Error extends ExplainedError {
  override readonly name = 'S3Error';
  /** S3's own, such as `NoSuchBucket`; `HTTP <status>` where the answer has none. */
  readonly code: string;
  readonly status: number;

  constructor(what: string, code: string, status: number, remedy: string) {
    super(`${what}: ${code}${remedy && `: ${remedy}`}`);
    this.code = code;
    this.status = status;
  }
}

/** What S3 says (S3 API reference, "Error responses") → what helps. */
const REMEDIES: ReadonlyMap<string, string> = new Map([
  [
    'AccessDenied',
    'allow s3:GetObject and s3:PutObject on the prefix, and s3:ListBucket on the bucket, without which a missing object looks like a forbidden one',
  ],
  ['AllAccessDisabled', 'the bucket is closed: choose another one'],
  ['AuthorizationHeaderMalformed', 'the bucket is in another region: give that one with --region'],
  ['ExpiredToken', 'the credentials have expired: log in again'],
  ['IllegalLocationConstraintException', 'the bucket is in another region: give that one with --region'],
  ['InvalidAccessKeyId', 'the access key does not exist: look at AWS_ACCESS_KEY_ID and AWS_PROFILE'],
  ['InvalidToken', 'the session token does not belong to the access key: look at AWS_SESSION_TOKEN'],
  ['NoSuchBucket', 'create the bucket, or correct its name'],
  ['PermanentRedirect', 'the bucket is in another region: give that one with --region'],
  ['RequestTimeTooSkewed', 'the clock of this machine is wrong by more than 15 minutes: set it'],
  ['SignatureDoesNotMatch', 'the secret key does not belong to the access key, or a proxy changes requests'],
  ['SlowDown', 'S3 asks for fewer requests: try again in a minute'],
]);

export interface S3Failure {
  readonly what: string;
  readonly status: number;
  /** XML, or anything. */
  readonly body: string;
  /** `x-amz-bucket-region` */
  readonly bucketRegion?: string | undefined;
}

/** S3's message is left out: it repeats what was sent, the access key id among it. */
export function toS3Error({ what, status, body, bucketRegion }: S3Failure): S3Error {
  const code = /<Code>([A-Za-z0-9.]{1,80})<\/Code>/.exec(body)?.[1] ?? `HTTP ${status}`;
  const remedy = REMEDIES.get(code) ?? describeStatus(status);
  const region = bucketRegion ?? /<Region>([^<]{1,60})<\/Region>/.exec(body)?.[1] ?? '';
  const where = /^[a-z0-9-]{1,40}$/.test(region) && remedy.includes('--region') ? ` (${region})` : '';
  return new S3Error(what, code, status, remedy + where);
}

function describeStatus(status: number): string {
  if (status >= 300 && status < 400)
    return 'it redirects, and redirects are not followed: correct the endpoint or the region';
  if (status >= 500) return 'try again; it is a fault on the other side';
  return '';
}
