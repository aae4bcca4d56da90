import type { CredentialStore } from '../credential-store.ts';
import type { Credentials } from '../principal.ts';
import type { AwsError, AwsRequest } from '../route.ts';
import type { SignatureRefusal } from '../sigv4/refusal.ts';
import { verifySignature } from '../sigv4/verify.ts';
import { toEc2Error, toStsError } from './signature-errors.ts';

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
  const verdict = verifySignature(request, {
    service,
    region: deps.region,
    now: deps.now(),
    findCredentials: deps.credentials.find,
  });
  if (verdict.kind === 'verified') return { kind: 'caller', credentials: verdict.credentials };
  const toError: (refusal: SignatureRefusal) => AwsError = service === 'sts' ? toStsError : toEc2Error;
  return { kind: 'error', error: toError(verdict), reason: `signature: ${verdict.fault}` };
}
