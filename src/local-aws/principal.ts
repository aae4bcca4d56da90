import { createHash } from 'node:crypto';
import type { AssumableRole } from '../web-identity/sts/verdict.ts';
import type { Permitted, PolicyStatement } from './permissions.ts';

/** Whoever a signature stands for. */
export interface Principal extends Permitted {
  /** `arn:aws:iam::111122223333:user/name`, or `arn:aws:sts::111122223333:assumed-role/name/session` */
  readonly arn: string;
  /** What GetCallerIdentity calls UserId: `AIDA…`, or `AROA…:session`. */
  readonly userId: string;
  readonly account: string;
  /** The ARN of the role that was assumed, path included. */
  readonly roleArn?: string;
}

/** A role of the local AWS: who may assume it, and what it may do then. */
export interface LocalRole extends AssumableRole {
  readonly permissions: readonly PolicyStatement[];
  /**
   * Who may assume it by `sts:AssumeRole`, out of its trust policy: ARNs of users and roles, accounts as their root's ARN
   * or 12 digits, or `*`.
   */
  readonly principals: readonly string[];
}

export interface RoleSession extends Permitted {
  readonly roleArn: string;
  readonly sessionName: string;
}

/** STS leaves a role's path out of the ARN of its sessions. */
export function toSessionPrincipal({ roleArn, sessionName, permissions }: RoleSession): Principal {
  const [, partition = '', , , account = '', resource = ''] = roleArn.split(':');
  const roleName = resource.slice(resource.lastIndexOf('/') + 1);
  return {
    arn: `arn:${partition}:sts::${account}:assumed-role/${roleName}/${sessionName}`,
    userId: `${toUniqueId('AROA', roleArn)}:${sessionName}`,
    account,
    roleArn,
    permissions,
  };
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/**
 * The unique id of a user or role: always the same for the same ARN.
 * Source: IAM User Guide, "IAM identifiers", unique identifiers and their prefixes.
 */
export function toUniqueId(prefix: 'AIDA' | 'AROA', arn: string): string {
  return prefix + toBase32(createHash('sha256').update(arn).digest()).slice(0, 17);
}

/** One character of each byte: for ids, not to be read back. */
export function toBase32(bytes: Buffer): string {
  return Array.from(bytes, (byte) => BASE32[byte % 32]).join('');
}
