import type { AwsCredentials } from './credentials.ts';

/** ms before their end at which credentials are renewed */
const MARGIN = 5 * 60_000;

/**
 * Credentials for as long as they are asked for: one call for all who wait, and another shortly before they expire. Those that
 * do not expire stay; a failure does not.
 */
export function createRenewed<Credentials extends AwsCredentials>(
  fetch: () => Promise<Credentials>,
  now: () => number,
): () => Promise<Credentials> {
  let held: Promise<Credentials> | undefined;
  let until = 0;
  return async () => {
    if (held !== undefined && now() < until) return await held;
    until = Number.POSITIVE_INFINITY;
    held = fetch();
    try {
      const credentials = await held;
      until = (credentials.expiration?.getTime() ?? Number.POSITIVE_INFINITY) - MARGIN;
      return credentials;
    } catch (error) {
      held = undefined;
      throw error;
    }
  };
}
