import type { fromIni } from '@aws-sdk/credential-provider-ini';
import { ExplainedError } from '../base/errors.ts';
import { describeCredentialError, type ErringProfile } from './credential-errors.ts';
import { type ChainCredentials, type SdkSettings, toCredentials, toSdkOptions } from './credentials.ts';
import { createRenewed } from './renewed.ts';
import { assumeRole } from './sts-calls.ts';

export interface ProfileOptions extends SdkSettings, ErringProfile {
  /** Asks somebody for the code of an MFA device; undefined where nobody is there. */
  readonly mfaCode?: ((serial: string) => Promise<string>) | undefined;
  /** ms since epoch */
  readonly now: () => number;
}

/**
 * What a profile of the shared files leads to: keys, SSO, a role, a web identity, a program. Where that fails nothing else
 * is tried, as the chain would: it then forgets why, and may sign as somebody else.
 */
export function createProfileSource(options: ProfileOptions): () => Promise<ChainCredentials> {
  const { profile, now } = options;
  return createRenewed(async () => {
    const { fromIni } = await import('@aws-sdk/credential-provider-ini');
    const provide = fromIni({
      ...toSdkOptions(options),
      profile,
      roleAssumer: createRoleAssumer(options),
      mfaCodeProvider: async () => ASKED_LATER,
    });
    try {
      return toCredentials(await provide());
    } catch (error) {
      throw describeCredentialError(error, options);
    }
  }, now);
}

/** Never sent. */
const ASKED_LATER = '';

type RoleAssumer = NonNullable<NonNullable<Parameters<typeof fromIni>[0]>['roleAssumer']>;

/**
 * The SDK asks for a code while it looks for the credentials that assume the role: whoever types one has done so in vain where
 * there are none, and the process ends with a trace where that is known before the code is there.
 */
function createRoleAssumer({ profile, region, network, mfaCode }: ProfileOptions): RoleAssumer {
  return async (credentials, role) => {
    const serial = role.SerialNumber;
    return await assumeRole(
      { credentials, region: region ?? 'us-east-1', network, profile },
      {
        roleArn: role.RoleArn,
        sessionName: role.RoleSessionName,
        externalId: role.ExternalId,
        seconds: role.DurationSeconds,
        mfa: serial === undefined ? undefined : { serial, code: await askFor(serial, profile, mfaCode) },
      },
    );
  };
}

async function askFor(serial: string, profile: string, ask: ProfileOptions['mfaCode']): Promise<string> {
  if (ask !== undefined) return await ask(serial);
  throw new ExplainedError(
    `the profile ${profile} wants an MFA code, and there is nobody to ask here: choose one without mfa_serial`,
  );
}
