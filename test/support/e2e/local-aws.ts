import { readFileSync } from 'node:fs';
import { AssumeRoleWithWebIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { writePolicy } from '../../../src/demo/examples.ts';
import { readLocalAwsConfig } from '../../../src/local-aws/config/read.ts';
import { createProviderKeys } from '../../../src/local-aws/provider-keys.ts';
import type { AwsLogLine } from '../../../src/local-aws/server.ts';
import { type LocalAws, startLocalAws } from '../../../src/local-aws/start.ts';
import type { FakeClock } from '../fake-clock.ts';
import { createClock } from './clock.ts';
import type { Cluster } from './cluster.ts';
import { ROLE_ARN } from './fixtures.ts';

export const BUCKET = 'iam-bridge-demo';
export const AUDIENCE = 'sts.amazonaws.com';

/** An AWS in this process, which fetches the keys of one issuer as STS does, and keeps them. */
export interface TestAws extends Pick<LocalAws, 'url' | 'objects'> {
  /** AWS's own time, which tokens expire by; it stands still. */
  readonly clock: FakeClock;
  /** What the age of STS's copy of the keys is told by; it stands still, so that they are read when a test says so. */
  readonly keysClock: FakeClock;
  /** Every request, with the ARN of who signed it. */
  readonly log: readonly AwsLogLine[];
  /**
   * Assumes the role by a token, with the AWS SDK.
   * @returns the ARN of the session, or the error as `CODE: message`
   */
  assume(token: string): Promise<string>;
  stop(): Promise<void>;
}

/** Starts an AWS that has a provider for the issuer, whose certificate the cluster's authority signed. */
export async function startAws(cluster: Cluster, issuer: string): Promise<TestAws> {
  const config = await createConfig(cluster, issuer);
  const clock = createClock();
  const keysClock = createClock();
  const keys = createProviderKeys(config.providers, { clock: keysClock, random: () => 0, report: () => {} });
  const log: AwsLogLine[] = [];
  const aws = await startLocalAws({ config, keys, clock, log: (line) => void log.push(line) });
  // Without a region it would look for one in files of whoever runs the tests. Nothing signs this request.
  const sts = new STSClient({ region: 'eu-west-1', endpoint: aws.url, maxAttempts: 1 });
  return {
    url: aws.url,
    objects: aws.objects,
    clock,
    keysClock,
    log,
    assume: (token) => assume(sts, token),
    stop: async () => {
      sts.destroy();
      await Promise.all([aws.stop(), keys.stop()]);
    },
  };
}

/** The role and the bucket of examples/s3-echoer, and nothing else. */
async function createConfig({ workspace, authority }: Cluster, issuer: string) {
  const folder = {
    path: workspace.folder,
    write: async (name: string, text: string) => workspace.write(name, text),
    remove: workspace.remove,
  };
  await writePolicy('trust-policy.json', issuer, folder);
  workspace.write('ca.crt', authority.certificate);
  const file = {
    account: '111122223333',
    providers: [{ url: issuer, clientIds: [AUDIENCE], caFile: 'ca.crt' }],
    roles: [
      {
        arn: ROLE_ARN,
        trustPolicyFile: 'trust-policy.json',
        permissions: [{ actions: ['s3:PutObject'], resources: [`arn:aws:s3:::${BUCKET}/*`] }],
      },
    ],
    buckets: [BUCKET],
  };
  const reading = readLocalAwsConfig(JSON.stringify(file), {
    resolve: (name) => `${workspace.folder}/${name}`,
    read: (path) => readFileSync(path, 'utf8'),
  });
  if (reading.kind === 'invalid') throw new Error(reading.problems.join('; '));
  return reading.config;
}

async function assume(sts: STSClient, token: string): Promise<string> {
  const request = { RoleArn: ROLE_ARN, RoleSessionName: 'e2e', WebIdentityToken: token };
  try {
    const { AssumedRoleUser } = await sts.send(new AssumeRoleWithWebIdentityCommand(request));
    return AssumedRoleUser?.Arn ?? 'no session';
  } catch (error) {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  }
}
