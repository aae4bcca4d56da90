import { toCanonicalRequest } from './canonical.ts';
import type { SignatureClaim } from './claim.ts';
import { checkClock } from './clock.ts';
import { readHeaderForm } from './header-form.ts';
import { type Parameter, readParameters } from './percent.ts';
import { isSignatureParameter, readQueryForm } from './query-form.ts';
import { refuseQuery, type SignatureRefusal } from './refusal.ts';
import { joinHeaders, type SignableRequest } from './request.ts';
import {
  type AccessKey,
  deriveSigningKey,
  isSame,
  type SigningContext,
  signCanonicalRequest,
} from './signature.ts';

/** What a verifier knows of an access key. */
export interface SigningCredentials extends AccessKey {
  /** ms since epoch; absent: they do not expire */
  readonly expiration?: number;
}

export interface SignatureOptions<Credentials extends SigningCredentials> {
  /** `sts`, `ec2`, `s3`: S3 has rules of its own for paths and presigned URLs. */
  readonly service: string;
  /** Absent: a signature for any region is taken, as if this were the endpoint of each. */
  readonly region?: string | undefined;
  /** ms since epoch */
  readonly now: number;
  findCredentials(accessKeyId: string): Credentials | undefined;
}

export type SignatureVerdict<Credentials> = VerifiedSignature<Credentials> | SignatureRefusal;

export interface VerifiedSignature<Credentials> {
  readonly kind: 'verified';
  readonly credentials: Credentials;
  /** 64 hexadecimal digits, and what made them: S3 signs the chunks of a body on top of it. */
  readonly signature: string;
  readonly context: SigningContext;
}

/**
 * Judges a request's Signature Version 4, in a header or in the query.
 * Source: IAM User Guide, "AWS Signature Version 4 for API requests".
 */
export function verifySignature<Credentials extends SigningCredentials>(
  request: SignableRequest,
  options: SignatureOptions<Credentials>,
): SignatureVerdict<Credentials> {
  const parameters = readParameters(request.query);
  if (parameters === undefined) return refuseQuery('undecodable');
  const headers = joinHeaders(request.headers);
  const claim = readClaim(headers, parameters);
  if (claim.kind === 'refused') return claim;
  const fault =
    checkScope(claim, options) ?? checkSignedHeaders(claim, headers) ?? checkClock(claim, options.now);
  if (fault !== undefined) return fault;
  const { accessKeyId } = claim;
  const credentials = options.findCredentials(accessKeyId);
  if (credentials === undefined) return { kind: 'refused', fault: 'unknown-key', accessKeyId };
  const problem = checkToken(claim, credentials, options.now);
  if (problem !== undefined) return problem;
  const { scope, timestamp, signature } = claim;
  const context = { key: deriveSigningKey(credentials.secretAccessKey, scope), timestamp, scope };
  return isSigned({ request, parameters, headers, claim }, context)
    ? { kind: 'verified', credentials, signature, context }
    : { kind: 'refused', fault: 'mismatch' };
}

function readClaim(
  headers: ReadonlyMap<string, string>,
  parameters: readonly Parameter[],
): SignatureClaim | SignatureRefusal {
  const authorization = headers.get('authorization');
  const inQuery = parameters.some(isSignatureParameter);
  const old = parameters.some(([name]) => name === 'AWSAccessKeyId');
  if (old || authorization?.startsWith('AWS ')) return { kind: 'refused', fault: 'other-mechanism' };
  if (authorization === undefined) {
    return inQuery ? readQueryForm(parameters) : { kind: 'refused', fault: 'missing' };
  }
  return inQuery ? { kind: 'refused', fault: 'two-forms' } : readHeaderForm(authorization, headers);
}

function checkScope(
  { scope, timestamp }: SignatureClaim,
  { service, region }: { readonly service: string; readonly region?: string | undefined },
): SignatureRefusal | undefined {
  if (scope.service !== service) return { kind: 'refused', fault: 'wrong-service', expected: service };
  if (region !== undefined && scope.region !== region)
    return { kind: 'refused', fault: 'wrong-region', expected: region };
  return timestamp.startsWith(scope.day)
    ? undefined
    : { kind: 'refused', fault: 'wrong-day', day: scope.day, timestamp };
}

/** What is not signed could have been changed on the way; of the headers that AWS gives a meaning none may be. */
function checkSignedHeaders(
  claim: SignatureClaim,
  headers: ReadonlyMap<string, string>,
): SignatureRefusal | undefined {
  const signed = new Set(claim.signedHeaders);
  if (!signed.has('host')) return { kind: 'refused', fault: 'unsigned-header', names: ['host'] };
  const names = [...headers.keys()].filter((name) => name.startsWith('x-amz-') && !signed.has(name));
  return names.length > 0 ? { kind: 'refused', fault: 'unsigned-header', names } : undefined;
}

function checkToken(
  { sessionToken = '' }: SignatureClaim,
  credentials: SigningCredentials,
  now: number,
): SignatureRefusal | undefined {
  const { expiration = Number.POSITIVE_INFINITY } = credentials;
  if (!isSame(credentials.sessionToken ?? '', sessionToken)) return { kind: 'refused', fault: 'wrong-token' };
  return now >= expiration ? { kind: 'refused', fault: 'credentials-expired' } : undefined;
}

interface ClaimedRequest {
  readonly request: SignableRequest;
  readonly parameters: readonly Parameter[];
  readonly headers: ReadonlyMap<string, string>;
  readonly claim: SignatureClaim;
}

function isSigned({ request, parameters, headers, claim }: ClaimedRequest, context: SigningContext): boolean {
  const { signedHeaders, signature, scope } = claim;
  const canonical = toCanonicalRequest({
    ...request,
    service: scope.service,
    parameters,
    headers,
    signedHeaders,
  });
  const complete = signedHeaders.every((name) => headers.has(name));
  return canonical !== undefined && complete && isSame(signCanonicalRequest(canonical, context), signature);
}
