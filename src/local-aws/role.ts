import type { AssumableRole } from '../web-identity/sts/verdict.ts';
import type { PolicyStatement } from './permissions.ts';

/** A role of the local AWS: who may assume it, and what it may do then. */
export interface LocalRole extends AssumableRole {
  readonly permissions: readonly PolicyStatement[];
  /**
   * Who may assume it by `sts:AssumeRole`, out of its trust policy: ARNs of users and roles, accounts as their root's ARN
   * or 12 digits, or `*`.
   */
  readonly principals: readonly string[];
}
