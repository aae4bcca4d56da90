import { isAccountId } from './arn.ts';
import { toPartition } from './partition.ts';

/** Where this process runs, as EC2 says. */
export interface InstanceIdentity {
  /** 12 digits */
  readonly accountId: string;
  readonly region: string;
  readonly partition: string;
}

/** One bounded HTTP exchange with the instance metadata service; rejects on anything but 200. */
export type FetchMetadata = (
  method: 'GET' | 'PUT',
  path: string,
  headers: Readonly<Record<string, string>>,
) => Promise<string>;

/**
 * Reads the instance identity document by IMDSv2: a session token first, then the document.
 * Source: EC2 user guide, "Instance identity documents", "Use IMDSv2".
 * @throws Error that says what the metadata service lacked
 */
export async function readInstanceIdentity(fetchMetadata: FetchMetadata): Promise<InstanceIdentity> {
  const token = await fetchMetadata('PUT', '/latest/api/token', {
    'x-aws-ec2-metadata-token-ttl-seconds': '60',
  });
  const text = await fetchMetadata('GET', '/latest/dynamic/instance-identity/document', {
    'x-aws-ec2-metadata-token': token,
  });
  return parseInstanceIdentity(text);
}

function parseInstanceIdentity(text: string): InstanceIdentity {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    throw new Error('the instance identity document is not JSON', { cause });
  }
  const { accountId, region } = (document ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof accountId !== 'string' || !isAccountId(accountId)) {
    throw new Error('the instance identity document has no accountId of 12 digits');
  }
  if (typeof region !== 'string' || !/^[a-z0-9-]{1,40}$/.test(region)) {
    throw new Error('the instance identity document has no region');
  }
  return { accountId, region, partition: toPartition(region) };
}

/**
 * A {@link FetchMetadata} over HTTP, bounded to 2 seconds and 64 KiB an exchange; redirects are not followed.
 * @param endpoint such as `http://169.254.169.254`
 * @param ending ends an exchange that is under way
 */
export function createMetadataFetch(endpoint: string, ending?: AbortSignal): FetchMetadata {
  return async (method, path, headers) => {
    const response = await fetch(new URL(path, endpoint), {
      method,
      headers,
      redirect: 'error',
      signal: AbortSignal.any([AbortSignal.timeout(2_000), ...(ending ? [ending] : [])]),
    });
    if (response.status !== 200) throw new Error(`${method} ${path} answered HTTP ${response.status}`);
    const text = await response.text();
    if (text.length > 65_536) throw new Error(`${method} ${path} answered more than 64 KiB`);
    return text;
  };
}
