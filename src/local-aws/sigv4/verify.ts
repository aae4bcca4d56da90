import { type Parameter, readParameters } from '../percent.ts';
import type { AwsRequest } from '../route.ts';
import { toCanonicalRequest } from './canonical.ts';
import type { SignatureClaim } from './claim.ts';
import { checkClock } from './clock.ts';
import { readHeaderForm } from './header-form.ts';
import { checkPayload, type Payload, parsePayloadForm } from './payload.ts';
import { isSignatureParameter, readQueryForm } from './query-form.ts';
import { refuse, type SignatureRefusal } from './refusal.ts';
import { deriveSigningKey, isSame, sha256, signRequest } from './signing.ts';

/** What a verifier knows of an access key. */
export interface SigningCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Temporary credentials have one, and it must come with each request. */
  readonly sessionToken?: string;
  /** ms since epoch; absent: they do not expire */
  readonly expiration?: number;
}

export interface VerifyOptions<Credentials extends SigningCredentials> {
  readonly service: 'sts' | 'ec2' | 's3';
  /** Absent: a signature for any region is taken, as if this were the endpoint of each. */
  readonly region?: string | undefined;
  /** ms since epoch */
  readonly now: number;
  findCredentials(accessKeyId: string): Credentials | undefined;
}

export type SignatureVerdict<Credentials> =
  | { readonly kind: 'verified'; readonly credentials: Credentials; readonly payload: Payload }
  | SignatureRefusal;

/** More parameters than any request has. */
export const MAX_PARAMETERS = 512;

/**
 * Judges a request's Signature Version 4, in a header or in the query, together with its body.
 * Source: IAM User Guide, "AWS Signature Version 4 for API requests"; for S3's bodies the Amazon S3 API Reference.
 */
export function verifySignature<Credentials extends SigningCredentials>(
  request: AwsRequest,
  options: VerifyOptions<Credentials>,
): SignatureVerdict<Credentials> {
  const parameters = readParameters(request.query, MAX_PARAMETERS);
  if (parameters === undefined) return refuse('malformed', 'the query cannot be decoded.');
  const claim = readClaim(request, parameters);
  if (claim.kind === 'refused') return claim;
  const fault =
    checkScope(claim, options) ?? checkSignedHeaders(claim, request) ?? checkClock(claim, options);
  if (fault !== undefined) return fault;
  const credentials = options.findCredentials(claim.accessKeyId);
  if (credentials === undefined) return refuse('unknown-key', claim.accessKeyId);
  const problem = checkToken(claim, credentials, options.now);
  if (problem !== undefined) return problem;
  const payload = checkSignature({ request, parameters, claim, secret: credentials.secretAccessKey });
  return payload.kind === 'refused' ? payload : { kind: 'verified', credentials, payload };
}

function readClaim(request: AwsRequest, parameters: readonly Parameter[]): SignatureClaim | SignatureRefusal {
  const authorization = request.headers.get('authorization');
  const inQuery = parameters.some(isSignatureParameter);
  const old = parameters.some(([name]) => name === 'AWSAccessKeyId');
  if (old || authorization?.startsWith('AWS ')) return refuse('other-mechanism', OTHER_MECHANISM);
  if (authorization === undefined) {
    return inQuery ? readQueryForm(parameters) : refuse('missing', 'Request is missing Authentication Token');
  }
  if (inQuery) return refuse('two-forms', TWO_FORMS);
  return readHeaderForm(request, authorization);
}

const OTHER_MECHANISM =
  'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.';

const TWO_FORMS =
  'Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter or the Authorization header should be specified';

function checkScope(
  { scope, timestamp }: SignatureClaim,
  { service, region }: { readonly service: string; readonly region?: string | undefined },
): SignatureRefusal | undefined {
  if (scope.service !== service) return refuse('wrong-service', service);
  if (region !== undefined && scope.region !== region) return refuse('wrong-region', region);
  if (timestamp.startsWith(scope.day)) return undefined;
  const days = `'${scope.day}' != '${timestamp.slice(0, 8)}', from '${timestamp}'`;
  return refuse(
    'wrong-day',
    `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: ${days}.`,
  );
}

/** What is not signed could have been changed on the way; of the headers that AWS gives a meaning none may be. */
function checkSignedHeaders(claim: SignatureClaim, { headers }: AwsRequest): SignatureRefusal | undefined {
  const signed = new Set(claim.signedHeaders);
  if (!signed.has('host')) return refuse('unsigned-header', 'host');
  const unsigned = [...headers.keys()].filter((name) => name.startsWith('x-amz-') && !signed.has(name));
  return unsigned.length > 0 ? refuse('unsigned-header', unsigned.join(', ')) : undefined;
}

function checkToken(
  { sessionToken = '' }: SignatureClaim,
  credentials: SigningCredentials,
  now: number,
): SignatureRefusal | undefined {
  const { accessKeyId, expiration = Number.POSITIVE_INFINITY } = credentials;
  if (!isSame(credentials.sessionToken ?? '', sessionToken)) return refuse('wrong-token', accessKeyId);
  return now >= expiration ? refuse('credentials-expired', accessKeyId) : undefined;
}

interface Attempt {
  readonly request: AwsRequest;
  readonly parameters: readonly Parameter[];
  readonly claim: SignatureClaim;
  readonly secret: string;
}

function checkSignature({ request, parameters, claim, secret }: Attempt): Payload | SignatureRefusal {
  const { scope, timestamp, signedHeaders, signature } = claim;
  const isS3 = scope.service === 's3';
  const payloadHash = isS3 ? readStatedHash(claim, request, parameters) : sha256(request.body);
  if (payloadHash === undefined) {
    return refuse('no-payload-hash', 'Missing required header for this request: x-amz-content-sha256');
  }
  const form = parsePayloadForm(payloadHash);
  if (form === undefined) return refuse('bad-payload-hash', BAD_PAYLOAD_HASH);
  const path = isS3 ? 's3' : 'other';
  const canonical = toCanonicalRequest(request, { path, parameters, signedHeaders, payloadHash });
  const context = { key: deriveSigningKey(secret, scope), timestamp, scope };
  const complete = signedHeaders.every((name) => request.headers.has(name));
  if (canonical === undefined || !complete || !isSame(signRequest(canonical, context), signature)) {
    return refuse(
      'mismatch',
      'The request signature we calculated does not match the signature you provided.',
    );
  }
  const [decodedLength, announced] = [
    request.headers.get('x-amz-decoded-content-length'),
    request.headers.get('x-amz-trailer'),
  ];
  return checkPayload(form, { body: request.body, decodedLength, announced, context, seed: signature });
}

const BAD_PAYLOAD_HASH =
  'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, one of the STREAMING- values, or a valid sha256 value.';

/** S3 is told how a body is protected; everywhere else the body's own hash is part of the signature. */
function readStatedHash(
  { form }: SignatureClaim,
  { headers }: AwsRequest,
  parameters: readonly Parameter[],
): string | undefined {
  const inHeader = headers.get('x-amz-content-sha256');
  if (inHeader !== undefined || form === 'header') return inHeader;
  return parameters.find(([name]) => name === 'X-Amz-Content-Sha256')?.[1] ?? 'UNSIGNED-PAYLOAD';
}
