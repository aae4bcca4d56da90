import type { Clock } from '../base/clock.ts';
import type { AwsCredentials, CredentialSource } from './credentials.ts';
import { assumeRole, type RoleRequest, type StsCaller } from './sts-calls.ts';

export interface AssumedRoleOptions
  extends Omit<StsCaller, 'profile'>,
    Pick<RoleRequest, 'roleArn' | 'sessionName' | 'sourceArn'> {
  readonly clock: Pick<Clock, 'now'>;
}

/** ms before their end at which credentials are renewed */
const MARGIN = 5 * 60_000;

/**
 * Credentials of a role, for as long as it is asked for them; one call for all who wait.
 * @returns a source that throws as {@link assumeRole} does
 */
export function createAssumedRole(options: AssumedRoleOptions): CredentialSource {
  let held: Promise<AwsCredentials> | undefined;
  let until = 0;
  return async () => {
    if (held !== undefined && options.clock.now() < until) return await held;
    until = Number.POSITIVE_INFINITY;
    held = assumeRole(options, options);
    try {
      const credentials = await held;
      until = (credentials.expiration?.getTime() ?? 0) - MARGIN;
      return credentials;
    } catch (error) {
      held = undefined;
      throw error;
    }
  };
}
