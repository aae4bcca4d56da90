import type { AwsError } from '../route.ts';
import { describeFault } from '../signature-words.ts';
import type { S3Refusal } from './authenticate.ts';

/** Errors that several operations have. Source: Amazon S3 API Reference, "Error responses", list of error codes. */
const ERRORS = {
  AccessDenied: [403, 'Access Denied'],
  BadDigest: [
    400,
    'The Content-MD5 or checksum value that you specified did not match what the server received.',
  ],
  BucketAlreadyOwnedByYou: [
    409,
    'Your previous request to create the named bucket succeeded and you already own it.',
  ],
  BucketNotEmpty: [409, 'The bucket you tried to delete is not empty'],
  EntityTooLarge: [400, 'Your proposed upload exceeds the maximum allowed size'],
  InvalidArgument: [400, 'Invalid Argument'],
  InvalidBucketName: [400, 'The specified bucket is not valid.'],
  InvalidDigest: [400, 'The Content-MD5 you specified was invalid.'],
  InvalidRange: [416, 'The requested range is not satisfiable'],
  InvalidRequest: [400, 'Invalid Request'],
  InvalidURI: [400, "Couldn't parse the specified URI."],
  KeyTooLongError: [400, 'Your key is too long'],
  MalformedXML: [
    400,
    'The XML you provided was not well-formed or did not validate against our published schema',
  ],
  MetadataTooLarge: [400, 'Your metadata headers exceed the maximum allowed metadata size'],
  MethodNotAllowed: [405, 'The specified method is not allowed against this resource.'],
  NoSuchBucket: [404, 'The specified bucket does not exist'],
  NoSuchKey: [404, 'The specified key does not exist.'],
  NotImplemented: [501, 'A header or query you provided requested a feature that is not implemented.'],
  PreconditionFailed: [412, 'At least one of the pre-conditions you specified did not hold'],
} as const satisfies Readonly<Record<string, readonly [status: number, message: string]>>;

export type S3ErrorCode = keyof typeof ERRORS;

/** @param message in place of S3's usual one, where it can be more exact */
export function toS3Error(
  code: S3ErrorCode,
  details: Readonly<Record<string, string>> = {},
  message?: string,
): AwsError {
  const [status, usual] = ERRORS[code];
  return { code, status, message: message ?? usual, details };
}

const MISMATCH =
  'The request signature we calculated does not match the signature you provided. Check your key and signing method.';

/** S3's own errors for what is wrong with a signature. */
export function toSignatureError(refusal: S3Refusal): AwsError {
  switch (refusal.fault) {
    case 'missing':
      return toS3Error('AccessDenied');
    case 'two-forms':
      return make('InvalidArgument', 400, describeFault(refusal));
    case 'malformed':
    case 'wrong-day':
      return makeMalformed(describeFault(refusal));
    case 'wrong-service':
      return makeMalformed(`incorrect service; this endpoint belongs to "${refusal.expected}".`);
    case 'wrong-region':
      return makeMalformed(`the region is wrong; expecting '${refusal.expected}'`, {
        Region: refusal.expected,
      });
    case 'unsigned-header':
      return make('AccessDenied', 403, 'There were headers present in the request which were not signed', {
        HeadersNotSigned: refusal.names.join(', '),
      });
    case 'too-early':
    case 'too-late':
      return make(
        'RequestTimeTooSkewed',
        403,
        'The difference between the request time and the current time is too large.',
        { MaxAllowedSkewMilliseconds: '900000' },
      );
    case 'url-expired':
      return make('AccessDenied', 403, 'Request has expired');
    case 'unknown-key':
      return make(
        'InvalidAccessKeyId',
        403,
        'The AWS Access Key Id you provided does not exist in our records.',
        { AWSAccessKeyId: refusal.accessKeyId },
      );
    case 'wrong-token':
      return make('InvalidToken', 400, 'The provided token is malformed or otherwise invalid.');
    case 'credentials-expired':
      return make('ExpiredToken', 400, 'The provided token has expired.');
    case 'other-mechanism':
      return make('InvalidRequest', 400, describeFault(refusal));
    case 'no-payload-hash':
      return make('InvalidRequest', 400, refusal.detail);
    case 'bad-payload-hash':
      return make('InvalidArgument', 400, refusal.detail, { ArgumentName: 'x-amz-content-sha256' });
    case 'payload-mismatch':
      return make('XAmzContentSHA256Mismatch', 400, refusal.detail);
    case 'malformed-chunks':
    case 'length-mismatch':
      return make('IncompleteBody', 400, refusal.detail);
    case 'chunk-too-small':
      return make('InvalidChunkSizeError', 403, refusal.detail);
    case 'mismatch':
      return make('SignatureDoesNotMatch', 403, MISMATCH);
  }
}

function make(code: string, status: number, message: string, details = {}): AwsError {
  return { code, status, message, details };
}

function makeMalformed(detail: string, details = {}): AwsError {
  return make(
    'AuthorizationHeaderMalformed',
    400,
    `The authorization header is malformed; ${detail}`,
    details,
  );
}
