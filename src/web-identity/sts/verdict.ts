import type { TrustPolicy } from '../../trust/policy.ts';
import type { TrustVerdict } from '../../trust/verdict.ts';
import type { TokenClaims } from '../token/claims.ts';
import type { KeyFinder } from '../token/keys.ts';
import type { RuleFinding } from '../token/verdict.ts';
import type { StsError } from './errors.ts';

/** An IAM OIDC identity provider. */
export interface OidcProvider {
  /** `arn:aws:iam::111122223333:oidc-provider/host/path` */
  readonly arn: string;
  /** Equal to the token's `iss`, character by character. */
  readonly url: string;
  readonly clientIds: readonly string[];
}

export interface AssumableRole {
  readonly arn: string;
  readonly trustPolicy: TrustPolicy;
  /** seconds */
  readonly maxSessionDuration: number;
}

/** The parameters of AssumeRoleWithWebIdentity, as they came; undefined where one was left out. */
export interface AssumeRoleRequest {
  readonly roleArn: string | undefined;
  readonly roleSessionName: string | undefined;
  readonly webIdentityToken: string | undefined;
  /** Decimal text, seconds. */
  readonly durationSeconds: string | undefined;
  readonly secureTransport: boolean | 'unknown';
  readonly sourceIp: string | 'unknown';
}

/** What AWS knows. */
export interface StsFacts {
  readonly providers: readonly OidcProvider[];
  findRole(arn: string): AssumableRole | undefined;
  readonly keys: KeyFinder;
  /** ms since epoch */
  readonly now: number;
}

export type StsVerdict =
  | {
      readonly kind: 'granted';
      readonly claims: TokenClaims;
      readonly provider: OidcProvider;
      readonly role: AssumableRole;
      readonly roleSessionName: string;
      readonly durationSeconds: number;
      readonly warnings: readonly RuleFinding[];
    }
  | {
      readonly kind: 'refused';
      /** What the caller of STS is told. */
      readonly error: StsError;
      /** What AWS knows and does not say. */
      readonly reason: string;
      /** Where the trust policy was asked. */
      readonly trust?: TrustVerdict;
    };
