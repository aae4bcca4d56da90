import type { OidcProvider } from '../web-identity/sts/verdict.ts';
import type { Instance } from './ec2/instance.ts';
import type { Credentials } from './principal.ts';
import type { LocalRole } from './role.ts';

/** What the local AWS has in it. */
export interface LocalAwsConfig {
  /** Signatures for another region are refused; absent: it is all regions. */
  readonly region?: string | undefined;
  readonly providers: readonly ProviderConfig[];
  readonly roles: readonly LocalRole[];
  readonly users: readonly Credentials[];
  readonly instances: readonly Instance[];
  readonly buckets: readonly string[];
}

export interface ProviderConfig extends OidcProvider {
  /** Where its keys are: `discovery` asks the issuer, as STS does. */
  readonly keys:
    | { readonly kind: 'file'; readonly path: string }
    | { readonly kind: 'jwks'; readonly url: string }
    | { readonly kind: 'discovery' };
  /** PEM: trusted for the issuer instead of the public roots. */
  readonly ca?: string;
}
