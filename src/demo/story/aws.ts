import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { getObject } from '../../aws/s3-object.ts';
import type { AccessKey } from '../../aws/sigv4/signature.ts';
import type { LocalAwsConfig } from '../../local-aws/config/read.ts';
import { createProviderKeys } from '../../local-aws/provider-keys.ts';
import { startLocalAws } from '../../local-aws/start.ts';
import type { Folder } from '../../local-cluster/cleanup.ts';
import type { PodRun } from '../../local-cluster/node/pod-run.ts';
import { writePolicy } from '../examples.ts';
import type { HiddenReason } from '../report.ts';
import type { StoryDeps } from '../run.ts';
import { explainRefusal } from './explain.ts';
import { writeLocalAwsConfig } from './local-aws-config.ts';
import type { Variables } from './pods.ts';

/** The local AWS, as the story uses it. */
export interface StoryAws {
  /** What leads the programs of pods there. */
  readonly variables: Variables;
  /** The text of an object, by S3 itself; undefined where there is none. */
  readObject(bucket: string, key: string): Promise<string | undefined>;
  /** Why STS gives a pod no role; undefined where it does, or was not asked. */
  explain(run: PodRun): Promise<HiddenReason | undefined>;
  /** Where it is. */
  readonly url: string;
}

export interface AwsStepOptions {
  /** `https://127.0.0.1:PORT` */
  readonly issuer: string;
  /** Has `ca.crt`, the authority of the issuer. */
  readonly folder: Folder;
}

const ACCOUNT = '111122223333';
const BUCKET = 'iam-bridge-demo';
const REGION = 'eu-west-1';

/** Starts an AWS that knows the cluster's issuer, the roles of the examples, and a bucket. */
export async function showAws({ issuer, folder }: AwsStepOptions, { clock, cleanup }: StoryDeps) {
  const reader = {
    accessKeyId: `AKIA${randomBytes(8).toString('hex').toUpperCase()}`,
    secretAccessKey: randomBytes(30).toString('base64'),
  };
  const config = await writeConfig({ issuer, folder }, reader);
  const keys = createProviderKeys(config.providers, { clock, random: Math.random, report: () => {} });
  cleanup.add(keys.stop);
  const { url, stop } = await startLocalAws({ config, keys, clock, log: () => {} });
  cleanup.add(stop);
  const facts = { ...config, findRole: (arn: string) => config.roles.find((role) => role.arn === arn), keys };
  const aws: StoryAws = {
    url,
    variables: { AWS_ENDPOINT_URL: url, AWS_EC2_METADATA_DISABLED: 'true' },
    async readObject(bucket, key) {
      const location = { region: REGION, endpoint: url, bucket, key };
      const deps = { credentials: async () => reader, fetch, now: clock.now };
      // The name comes from what a program wrote, which may be anything; that there is no such object is the answer then.
      const object = await getObject(location, deps).catch(() => undefined);
      return object?.toString('utf8');
    },
    async explain(run) {
      const [file] = run.tokenFiles;
      if (file === undefined) return undefined;
      const question = { roleArn: findRoleArn(run), token: await readFile(file.path, 'utf8') };
      return await explainRefusal(question, { ...facts, now: clock.now() });
    },
  };
  return {
    aws,
    text: [
      `STS and S3 on this machine, as strict as AWS: it has an IAM OIDC provider for the issuer, whose keys it fetches there over TLS, two roles and a bucket. AWS_ENDPOINT_URL=${url} in the environment of a container leads its SDK there, so the demo adds that to the pods below.`,
    ],
    commands: [
      {
        command: `iam-bridge trust generate --service-account demo/s3-echoer --issuer ${issuer} --account ${ACCOUNT}`,
      },
      { command: 'iam-bridge demo aws --print-config > aws.yaml' },
      { command: 'iam-bridge demo aws --config aws.yaml' },
    ],
  };
}

async function writeConfig({ issuer, folder }: AwsStepOptions, reader: AccessKey): Promise<LocalAwsConfig> {
  const toRole = async (name: string, policy: string) => ({
    arn: `arn:aws:iam::${ACCOUNT}:role/${name}`,
    trustPolicyFile: await writePolicy(policy, issuer, folder),
    permissions: [{ actions: ['s3:PutObject'], resources: [`arn:aws:s3:::${BUCKET}/*`] }],
  });
  const content = {
    account: ACCOUNT,
    providers: [{ url: issuer, clientIds: ['sts.amazonaws.com'], caFile: 'ca.crt' }],
    roles: [
      await toRole('s3-echoer', 'trust-policy.json'),
      await toRole('wildcard', 'broken-trust-policy.json'),
    ],
    users: [
      {
        arn: `arn:aws:iam::${ACCOUNT}:user/reader`,
        ...reader,
        permissions: [{ actions: ['s3:GetObject'], resources: [`arn:aws:s3:::${BUCKET}/*`] }],
      },
    ],
    buckets: [BUCKET],
  };
  return await writeLocalAwsConfig('aws.yaml', content, folder);
}

/** The role that the webhook has injected. */
function findRoleArn({ pod }: PodRun): string | undefined {
  return pod.containers.flatMap(({ env }) => env).find(({ name }) => name === 'AWS_ROLE_ARN')?.value;
}
