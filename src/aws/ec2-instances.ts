import type { EC2ClientConfig } from '@aws-sdk/client-ec2';
import { describeError, toError } from '../base/errors.ts';
import type { CredentialSource } from './credentials.ts';

/** A call named instances that EC2 does not know; the others that it named may be fine. */
export class UnknownInstanceError extends Error {
  /** Those that EC2 named; it need not name all of them. */
  readonly ids: readonly string[];

  constructor(message: string, { ids = [], cause }: { ids?: readonly string[]; cause?: unknown } = {}) {
    super(message, { cause });
    this.ids = ids;
  }
}

/** Private DNS names by instance id, as the instances' subnets have them made: of their addresses or of their ids. */
export type DescribeInstances = (ids: readonly string[]) => Promise<ReadonlyMap<string, string>>;

export interface Ec2Options {
  /** @throws Error where none is known */
  readonly region: () => Promise<string>;
  /** undefined: the SDK's own chain */
  readonly credentials?: CredentialSource | undefined;
  /** Where EC2 answers; undefined: what the environment says, else the region's public host. */
  readonly endpoint?: string | undefined;
  /** How the SDK reaches the network; undefined: its own way, with the time limits below. */
  readonly requestHandler?: EC2ClientConfig['requestHandler'] | undefined;
}

/** ms; those who wait give up after five seconds */
const TIME_LIMITS = { connectionTimeout: 1_500, requestTimeout: 4_000 };

/**
 * Calls `ec2:DescribeInstances`. The SDK is loaded at the first call: most clusters never make one.
 * @returns a function that throws UnknownInstanceError where an id is none of an instance, and else Error in one sentence
 */
export function createDescribeInstances(options: Ec2Options): DescribeInstances {
  let client: ReturnType<typeof open> | undefined;
  return async (ids) => {
    try {
      client ??= open(options);
      const { ec2, DescribeInstancesCommand } = await client;
      const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({ InstanceIds: [...ids] }));
      const instances = Reservations.flatMap(({ Instances = [] }) => Instances);
      return new Map(
        instances.flatMap(({ InstanceId: id, PrivateDnsName: name }) =>
          id && name ? [[id, name] as const] : [],
        ),
      );
    } catch (error) {
      throw toOwnError(error);
    }
  };
}

async function open({ region, credentials, endpoint, requestHandler = TIME_LIMITS }: Ec2Options) {
  const { EC2Client, DescribeInstancesCommand } = await import('@aws-sdk/client-ec2');
  const ec2 = new EC2Client({
    region,
    requestHandler,
    maxAttempts: 2,
    ...(credentials !== undefined && { credentials }),
    ...(endpoint !== undefined && { endpoint }),
  });
  return { ec2, DescribeInstancesCommand };
}

/** Source: Amazon EC2 API Reference, "Error codes". */
function toOwnError(error: unknown): Error {
  const code = error instanceof Error ? error.name : '';
  const said = describeError(error);
  if (code.startsWith('InvalidInstanceID')) {
    const ids = toError(error).message.match(/\bi-[0-9a-f]{8,17}\b/g) ?? [];
    return new UnknownInstanceError(said, { ids, cause: error });
  }
  if (code === 'UnauthorizedOperation')
    return new Error('allow ec2:DescribeInstances for the server', { cause: error });
  return new Error(said, { cause: error });
}
