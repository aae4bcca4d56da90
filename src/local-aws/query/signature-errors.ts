import type { AwsError } from '../route.ts';
import type { SignatureRefusal } from '../sigv4/refusal.ts';

const MISMATCH =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.';

function toError(code: string, status: number, message: string): AwsError {
  return { code, status, message };
}

/**
 * STS's own errors. Those of the clock are told as signature errors, with the times.
 * Source: STS API Reference, "Common errors"; the sentences are those that SDKs show.
 */
export function toStsError({ fault, detail }: SignatureRefusal): AwsError {
  switch (fault) {
    case 'missing':
      return toError('MissingAuthenticationToken', 403, 'Request is missing Authentication Token');
    case 'unknown-key':
    case 'wrong-token':
      return toError('InvalidClientTokenId', 403, 'The security token included in the request is invalid.');
    case 'credentials-expired':
      return toError('ExpiredToken', 403, 'The security token included in the request is expired');
    case 'too-early':
    case 'too-late':
    case 'url-expired':
    case 'wrong-day':
      return toError('SignatureDoesNotMatch', 403, detail);
    case 'wrong-region':
      return toError(
        'SignatureDoesNotMatch',
        403,
        `Credential should be scoped to a valid region, not one other than '${detail}'.`,
      );
    case 'wrong-service':
      return toError(
        'SignatureDoesNotMatch',
        403,
        `Credential should be scoped to correct service: '${detail}'.`,
      );
    case 'unsigned-header':
      return toError(
        'SignatureDoesNotMatch',
        403,
        `'${detail}' must be a 'SignedHeader' in the AWS Authorization.`,
      );
    case 'malformed':
    case 'other-mechanism':
    case 'two-forms':
      return toError('IncompleteSignature', 400, detail);
    default:
      return toError('SignatureDoesNotMatch', 403, MISMATCH);
  }
}

const AUTH_FAILURE = 'AWS was not able to validate the provided access credentials';

/** EC2 says AuthFailure of almost everything. Source: Amazon EC2 API Reference, "Error codes". */
export function toEc2Error({ fault, detail }: SignatureRefusal): AwsError {
  switch (fault) {
    case 'missing':
      return toError(
        'MissingAuthenticationToken',
        403,
        'The request must contain a valid AWS access key ID.',
      );
    case 'too-early':
    case 'too-late':
    case 'credentials-expired':
    case 'url-expired':
      return toError('RequestExpired', 400, 'Request has expired.');
    case 'malformed':
    case 'other-mechanism':
    case 'two-forms':
      return toError('IncompleteSignature', 400, detail);
    default:
      return toError('AuthFailure', 401, AUTH_FAILURE);
  }
}
