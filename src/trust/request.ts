/**
 * A fact of the request that a condition may ask for. `absent`: AWS would not have the key at all, which positive
 * operators fail and negated ones pass. `unknown`: only AWS knows, and the verdict may depend on it.
 */
export type Fact =
  | { readonly kind: 'values'; readonly values: readonly string[] }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unknown' };

/** AssumeRoleWithWebIdentity as a role's trust policy sees it. */
export interface TrustRequest {
  /** The IAM OIDC provider whose URL is the token's issuer, in the role's account. */
  readonly provider: {
    /** `arn:aws:iam::111122223333:oidc-provider/host/path` */
    readonly arn: string;
    /** `https://host/path`: condition keys begin with what follows the scheme. */
    readonly url: string;
  };
  readonly token: {
    readonly sub: string;
    /** `azp`, or the only `aud`. */
    readonly audience: string;
    /** All of `aud`. */
    readonly originalAudiences: readonly string[];
    readonly amr?: readonly string[];
    readonly email?: string;
  };
  /** `https://aws.amazon.com/tags`: each then needs `sts:TagSession`, too. */
  readonly sessionTags?: Readonly<Record<string, string>>;
  readonly transitiveTagKeys?: readonly string[];
  /** `https://aws.amazon.com/source_identity`: needs `sts:SetSourceIdentity`, too. */
  readonly sourceIdentity?: string;
  /** Whether the claim `https://aws.amazon.com/roles` lists this role; undefined: the token has no such claim. */
  readonly authorizedByIdp?: boolean;
  /** 'unknown' where whoever asks does not make the request. */
  readonly roleSessionName: string | 'unknown';
  /** seconds */
  readonly durationSeconds: number | 'unknown';
  /** ms since epoch */
  readonly now: number;
  readonly secureTransport: boolean | 'unknown';
  readonly sourceIp: string | 'absent' | 'unknown';
  readonly sourceVpc: string | 'absent' | 'unknown';
  readonly sourceVpce: string | 'absent' | 'unknown';
}
