import type { Clock } from '../base/clock.ts';
import type { CredentialSource } from './credentials.ts';
import { createRenewed } from './renewed.ts';
import { assumeRole, type RoleRequest, type StsCaller } from './sts-calls.ts';

export interface AssumedRoleOptions
  extends Omit<StsCaller, 'profile'>,
    Pick<RoleRequest, 'roleArn' | 'sessionName' | 'sourceArn'> {
  readonly clock: Pick<Clock, 'now'>;
}

/**
 * Credentials of a role, for as long as it is asked for them.
 * @returns a source that throws as {@link assumeRole} does
 */
export function createAssumedRole(options: AssumedRoleOptions): CredentialSource {
  return createRenewed(() => assumeRole(options, options), options.clock.now);
}
