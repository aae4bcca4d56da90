import type { Problems } from './checks.ts';

/** Where AWS is, as every AWS SDK reads it from the environment. */
export interface AwsPlace {
  /** '' where nothing names one. */
  readonly region: string;
  /** undefined: AWS's own. */
  readonly s3Endpoint: string | undefined;
}

/**
 * `AWS_REGION`, `AWS_DEFAULT_REGION`, `AWS_ENDPOINT_URL_S3`, `AWS_ENDPOINT_URL` and
 * `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS` (AWS SDKs and Tools reference guide, "Service-specific endpoints"). An empty
 * variable is none.
 * @param problems takes what is wrong with them
 */
export function readAwsPlace(env: NodeJS.ProcessEnv, problems: Problems): AwsPlace {
  return {
    region: env['AWS_REGION'] || env['AWS_DEFAULT_REGION'] || '',
    s3Endpoint: readEndpoint(env, problems),
  };
}

function readEndpoint(env: NodeJS.ProcessEnv, problems: Problems): string | undefined {
  if (env['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS']?.toLowerCase() === 'true') return undefined;
  const name = ['AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL'].find((each) => env[each]);
  const value = name === undefined ? undefined : env[name];
  if (value === undefined) return undefined;
  const url = URL.parse(value);
  // Path style adds to the path; a query or a fragment would swallow it.
  if (url !== null && /^https?:$/.test(url.protocol) && !/[?#@]/.test(value)) return value;
  problems.push(`${name} is no http:// or https:// URL without user name and query: unset it, or give one`);
  return undefined;
}
