import { createMetadataFetch, readInstanceIdentity } from '../../aws/instance-identity.ts';
import type { WebhookSettings } from '../../webhook/settings.ts';
import type { WebhookCommandSettings } from './read-settings.ts';

/**
 * The webhook's own settings out of the command's.
 * @throws Error where role names are to be completed and EC2's metadata service does not answer
 */
export async function toWebhookSettings(settings: WebhookCommandSettings): Promise<WebhookSettings> {
  const { annotationPrefix, webIdentity, containerCredentials, defaultRegion, regionalSts, tokenExpiration } =
    settings;
  const roleComposition = await readRoleComposition(settings.composeRoleFrom);
  return {
    annotationPrefix,
    webIdentity,
    containerCredentials,
    defaultRegion,
    regionalSts,
    tokenExpiration,
    roleComposition,
  };
}

async function readRoleComposition(
  endpoint: string | undefined,
): Promise<WebhookSettings['roleComposition']> {
  if (endpoint === undefined) return undefined;
  try {
    return await readInstanceIdentity(createMetadataFetch(endpoint));
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `--compose-role-arn needs the EC2 instance metadata service at ${endpoint}, which failed: ${detail}`,
      { cause },
    );
  }
}
