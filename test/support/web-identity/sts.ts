import { readTrustPolicy } from '../../../src/trust/policy.ts';
import type {
  AssumableRole,
  AssumeRoleRequest,
  OidcProvider,
  StsFacts,
} from '../../../src/web-identity/sts/verdict.ts';
import { AUDIENCE, createKeys, createToken, ISSUER, NOW, SUBJECT } from './tokens.ts';

export const KEY = 'oidc.example/id/A';
export const ROLE = 'arn:aws:iam::111122223333:role/s3-echoer';
export const PROVIDER: OidcProvider = {
  arn: `arn:aws:iam::111122223333:oidc-provider/${KEY}`,
  url: ISSUER,
  clientIds: [AUDIENCE],
};

/** The statement that the cases begin with. */
export const STATEMENT = {
  Effect: 'Allow',
  Principal: { Federated: PROVIDER.arn },
  Action: 'sts:AssumeRoleWithWebIdentity',
  Condition: { StringEquals: { [`${KEY}:sub`]: SUBJECT, [`${KEY}:aud`]: AUDIENCE } },
};

export function createRole(
  statements: readonly unknown[] = [STATEMENT],
  changes: Partial<AssumableRole> = {},
): AssumableRole {
  const reading = readTrustPolicy(JSON.stringify({ Version: '2012-10-17', Statement: statements }));
  if (reading.kind !== 'policy')
    throw new Error(`the policy is invalid: ${JSON.stringify(reading.problems)}`);
  return { arn: ROLE, trustPolicy: reading.policy, maxSessionDuration: 3600, ...changes };
}

export function createRequest(changes: Partial<AssumeRoleRequest> = {}): AssumeRoleRequest {
  return {
    roleArn: ROLE,
    roleSessionName: 'botocore-session-1773835200',
    webIdentityToken: createToken(),
    durationSeconds: undefined,
    secureTransport: true,
    sourceIp: '203.0.113.7',
    ...changes,
  };
}

export interface FactChanges {
  readonly providers?: readonly OidcProvider[];
  readonly roles?: readonly AssumableRole[];
  readonly keys?: StsFacts['keys'];
  readonly now?: number;
}

export function createFacts({
  providers = [PROVIDER],
  roles = [createRole()],
  ...changes
}: FactChanges = {}): StsFacts {
  return {
    providers,
    findRole: (arn) => roles.find((role) => role.arn === arn),
    keys: createKeys(),
    now: NOW * 1000,
    ...changes,
  };
}
