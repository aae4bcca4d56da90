import type { CredentialStore } from '../credentials.ts';
import { type LocalRole, toSessionPrincipal } from '../principal.ts';
import type { Tree } from '../xml.ts';
import type { SessionPolicyReading } from './session-policy.ts';

export interface SessionPlan {
  readonly role: LocalRole;
  readonly sessionName: string;
  readonly durationSeconds: number;
  readonly policy: Exclude<SessionPolicyReading, { readonly kind: 'error' }>;
}

export interface Session {
  readonly arn: string;
  /** What every AssumeRole action answers, by element. */
  readonly elements: {
    readonly AssumedRoleUser: Tree;
    readonly Credentials: Tree;
    readonly PackedPolicySize?: number;
  };
}

/** Makes temporary credentials for a role. */
export function openSession(
  { role, sessionName, durationSeconds, policy }: SessionPlan,
  store: CredentialStore,
): Session {
  const narrowed = policy.kind === 'policy' ? [policy.statements] : [];
  const permissions = [role.permissions, ...narrowed];
  const principal = toSessionPrincipal({ roleArn: role.arn, sessionName, permissions });
  const issued = store.issue(principal, durationSeconds);
  return {
    arn: principal.arn,
    elements: {
      AssumedRoleUser: { AssumedRoleId: principal.userId, Arn: principal.arn },
      Credentials: {
        AccessKeyId: issued.accessKeyId,
        SecretAccessKey: issued.secretAccessKey,
        SessionToken: issued.sessionToken,
        // AWS's times have whole seconds.
        Expiration: new Date(Math.floor(issued.expiration / 1_000) * 1_000),
      },
      ...(policy.kind === 'policy' && { PackedPolicySize: policy.packedSize }),
    },
  };
}
