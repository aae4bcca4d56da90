import { createAssumedRole } from '../../aws/assumed-role.ts';
import { createDescribeInstances } from '../../aws/ec2-instances.ts';
import { createSdkNetwork } from '../../aws/sdk-network.ts';
import type { Clock } from '../../base/clock.ts';
import { createNodeNames } from '../../mapping/node-names.ts';
import { createAwsAccount } from '../aws-credentials.ts';
import type { AwsSettings } from './aws-settings.ts';

export interface AwsCallDeps {
  readonly clock: Clock;
  /** PEM of all that are trusted; undefined: Node's own. */
  readonly authorities: readonly string[] | undefined;
  readonly ownRegion: () => string | undefined;
  /** Told of each call of ec2:DescribeInstances. */
  readonly described: () => void;
}

/** Names of nodes by EC2: nothing is loaded, and nobody called, before a mapping asks for one. */
export function createFindNodeName(
  { describeInstances, proxies, environment }: AwsSettings,
  { clock, authorities, ownRegion, described }: AwsCallDeps,
): (instanceId: string) => Promise<string> {
  const { perSecond, burst, roleArn, sourceArn } = describeInstances;
  const network = createSdkNetwork({ proxies: proxies.reveal(), ...(authorities && { authorities }) });
  const region = async (): Promise<string> => {
    const known = ownRegion();
    if (known === undefined) throw new Error('no region is known: set --region or AWS_REGION');
    return known;
  };
  const { credentials: own } = createAwsAccount('', {
    env: environment.reveal(),
    now: clock.now,
    network,
  });
  const role =
    roleArn === ''
      ? undefined
      : createAssumedRole({
          roleArn,
          sessionName: 'iam-bridge-authenticator',
          sourceArn: sourceArn || undefined,
          region,
          credentials: own,
          network,
          clock,
        });
  const describe = createDescribeInstances({ region, credentials: role ?? own, requestHandler: network });
  const counted: typeof describe = (ids) => {
    described();
    return describe(ids);
  };
  return createNodeNames({ describe: counted, clock, rate: { perSecond, burst } }).find;
}
