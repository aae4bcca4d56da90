import { ConfigurationError } from '../base/errors.ts';
import type { AwsCredentials } from './credentials.ts';

/**
 * Credentials of the environment, as all AWS SDKs read them. Two variables of which one is missing are a mistake, and no
 * reason to sign as somebody else.
 * @returns undefined where there are none
 * @throws ConfigurationError that names the variable
 */
export function readEnvironmentKeys(env: NodeJS.ProcessEnv): AwsCredentials | undefined {
  const accessKeyId = env['AWS_ACCESS_KEY_ID'] || '';
  const secretAccessKey = env['AWS_SECRET_ACCESS_KEY'] || '';
  const sessionToken = env['AWS_SESSION_TOKEN'] || '';
  if (accessKeyId === '' && secretAccessKey === '') return undefined;
  if (accessKeyId === '' || secretAccessKey === '') throw new ConfigurationError(describeHalf(accessKeyId));
  const odd = Object.entries({
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  }).find(([, value]) => !/^[!-~]*$/.test(value));
  if (odd !== undefined)
    throw new ConfigurationError(
      `${odd[0]} has a blank, a line break or another character that no key has: set it again`,
    );
  const expiration = new Date(env['AWS_CREDENTIAL_EXPIRATION'] || Number.NaN);
  return {
    accessKeyId,
    secretAccessKey,
    ...(sessionToken !== '' && { sessionToken }),
    ...(!Number.isNaN(expiration.getTime()) && { expiration }),
  };
}

function describeHalf(accessKeyId: string): string {
  const [there, missing] =
    accessKeyId === ''
      ? ['AWS_SECRET_ACCESS_KEY', 'AWS_ACCESS_KEY_ID']
      : ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'];
  return `${there} is set and ${missing} is not: set both, or unset both`;
}
