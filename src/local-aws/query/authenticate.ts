import type { SignatureRefusal } from '../../aws/sigv4/refusal.ts';
import { sha256 } from '../../aws/sigv4/signature.ts';
import { verifySignature } from '../../aws/sigv4/verify.ts';
import type { CredentialStore, Credentials } from '../credentials.ts';
import { type AwsError, type AwsRequest, toSignable } from '../route.ts';
import { describeFault } from '../signature-words.ts';

export interface AuthenticationDeps {
  readonly credentials: CredentialStore;
  /** Absent: signatures for any region. */
  readonly region?: string | undefined;
  /** ms since epoch */
  now(): number;
}

export type Authentication =
  | { readonly kind: 'caller'; readonly credentials: Credentials }
  | { readonly kind: 'error'; readonly error: AwsError; readonly reason: string };

/** Who signed a request of the Query API, or the error that the service has for that. */
export function authenticate(
  request: AwsRequest,
  service: 'sts' | 'ec2',
  deps: AuthenticationDeps,
): Authentication {
  const verdict = verifySignature(toSignable(request, sha256(request.body)), {
    service,
    region: deps.region,
    now: deps.now(),
    findCredentials: deps.credentials.find,
  });
  if (verdict.kind === 'verified') return { kind: 'caller', credentials: verdict.credentials };
  const [code, status, message] = (service === 'sts' ? toStsError : toEc2Error)(verdict);
  return { kind: 'error', error: { code, status, message }, reason: `signature: ${verdict.fault}` };
}

type ErrorParts = readonly [code: string, status: number, message: string];

/**
 * STS's own errors. Those of the clock are told as signature errors, with the times.
 * Source: STS API Reference, "Common errors"; the sentences are those that SDKs show.
 */
function toStsError(refusal: SignatureRefusal): ErrorParts {
  switch (refusal.fault) {
    case 'missing':
      return ['MissingAuthenticationToken', 403, 'Request is missing Authentication Token'];
    case 'unknown-key':
    case 'wrong-token':
      return ['InvalidClientTokenId', 403, 'The security token included in the request is invalid.'];
    case 'credentials-expired':
      return ['ExpiredToken', 403, 'The security token included in the request is expired'];
    case 'malformed':
    case 'other-mechanism':
    case 'two-forms':
      return ['IncompleteSignature', 400, describeFault(refusal)];
    default:
      return ['SignatureDoesNotMatch', 403, describeMismatch(refusal)];
  }
}

function describeMismatch(refusal: SignatureRefusal): string {
  switch (refusal.fault) {
    case 'too-early':
    case 'too-late':
    case 'wrong-day':
      return describeFault(refusal);
    case 'wrong-region':
      return `Credential should be scoped to a valid region, not one other than '${refusal.expected}'.`;
    case 'wrong-service':
      return `Credential should be scoped to correct service: '${refusal.expected}'.`;
    case 'unsigned-header':
      return `'${refusal.names.join(', ')}' must be a 'SignedHeader' in the AWS Authorization.`;
    default:
      return 'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.';
  }
}

/** EC2 says AuthFailure of almost everything. Source: Amazon EC2 API Reference, "Error codes". */
function toEc2Error(refusal: SignatureRefusal): ErrorParts {
  switch (refusal.fault) {
    case 'missing':
      return ['MissingAuthenticationToken', 403, 'The request must contain a valid AWS access key ID.'];
    case 'too-early':
    case 'too-late':
    case 'credentials-expired':
    case 'url-expired':
      return ['RequestExpired', 400, 'Request has expired.'];
    case 'malformed':
    case 'other-mechanism':
    case 'two-forms':
      return ['IncompleteSignature', 400, describeFault(refusal)];
    default:
      return ['AuthFailure', 401, 'AWS was not able to validate the provided access credentials'];
  }
}
