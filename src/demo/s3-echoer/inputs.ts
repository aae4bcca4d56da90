import { isRegion } from '../../aws/hosts.ts';
import { checkBucketName } from '../../aws/s3-location.ts';

/** Where s3-echoer writes. */
export interface EchoTarget {
  readonly bucket: string;
  readonly region: string;
  /** Another S3 than AWS's own. */
  readonly endpoint: string | undefined;
  /** The role that the pod's environment names; undefined: the credentials come from elsewhere. */
  readonly roleArn: string | undefined;
}

export type EchoTargetReading =
  | { readonly kind: 'target'; readonly target: EchoTarget }
  | { readonly kind: 'problem'; readonly problem: string };

export type Environment = Readonly<Record<string, string | undefined>>;

/** That of the program of the same name that this one follows. */
const DEFAULT_REGION = 'us-west-2';

/**
 * What the variables say that AWS SDKs read, too (AWS SDKs and Tools Reference Guide). A variable that is empty counts as
 * one that is not set.
 */
export function readEchoTarget(bucketOption: string | undefined, env: Environment): EchoTargetReading {
  const bucket = bucketOption || env['BUCKET'];
  if (!bucket) {
    return { kind: 'problem', problem: 'no bucket: give --bucket NAME, or set BUCKET' };
  }
  const malformed = checkBucketName(bucket);
  if (malformed !== undefined) return { kind: 'problem', problem: `--bucket or BUCKET: ${malformed}` };
  const region = env['AWS_REGION'] || env['AWS_DEFAULT_REGION'] || DEFAULT_REGION;
  if (!isRegion(region))
    return {
      kind: 'problem',
      problem: 'AWS_REGION or AWS_DEFAULT_REGION is no region: give one such as eu-west-1',
    };
  const ignored = env['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS']?.toLowerCase() === 'true';
  const endpoint = ignored ? undefined : env['AWS_ENDPOINT_URL_S3'] || env['AWS_ENDPOINT_URL'] || undefined;
  if (endpoint !== undefined && !isWebAddress(endpoint)) {
    return {
      kind: 'problem',
      problem:
        'AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL is no http or https address: give https://host, or unset it',
    };
  }
  return {
    kind: 'target',
    target: {
      bucket,
      region,
      endpoint,
      roleArn: env['AWS_WEB_IDENTITY_TOKEN_FILE'] ? env['AWS_ROLE_ARN'] : undefined,
    },
  };
}

function isWebAddress(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

/** Held in memory whole, because S3 wants its length and its hash before the first byte. */
export const MAX_MESSAGE_BYTES = 5 * 1024 * 1024;
