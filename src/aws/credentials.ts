import { ExplainedError, toError } from '../base/errors.ts';
import type { AccessKey } from './sigv4/signature.ts';

/** A key pair, and the session token of temporary ones. Never printed, never logged. */
export interface AwsCredentials extends AccessKey {
  readonly expiration?: Date;
}

/** @throws Error where there are none */
export type CredentialSource = () => Promise<AwsCredentials>;

const REMEDY =
  'set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, choose a profile with AWS_PROFILE, or run where a role is: a pod with one, EC2, ECS';

/**
 * The chain of the AWS SDK: environment, shared files and SSO, web identity, container, instance. It renews what expires.
 * The SDK is loaded when credentials are first asked for.
 */
export function createCredentialChain(): CredentialSource {
  let chain: Promise<CredentialSource> | undefined;
  return async () => {
    chain ??= loadChain();
    const credentials = await chain;
    try {
      return await credentials();
    } catch (cause) {
      throw new ExplainedError(`no AWS credentials (${toError(cause).message.slice(0, 200)}): ${REMEDY}`, {
        cause,
      });
    }
  };
}

async function loadChain(): Promise<CredentialSource> {
  const { STSClient } = await import('@aws-sdk/client-sts');
  // The client is never asked to call STS: only its configuration carries the chain.
  const { config } = new STSClient({});
  return () => config.credentials();
}
