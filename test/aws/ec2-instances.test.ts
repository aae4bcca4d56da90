import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createAssumedRole } from '../../src/aws/assumed-role.ts';
import type { CredentialSource } from '../../src/aws/credentials.ts';
import { createDescribeInstances, UnknownInstanceError } from '../../src/aws/ec2-instances.ts';
import { createStaticKeys } from '../../src/issuer/keys/key-finder.ts';
import { readLocalAwsConfig } from '../../src/local-aws/config/read.ts';
import type { AwsLogLine } from '../../src/local-aws/server.ts';
import { startLocalAws } from '../../src/local-aws/start.ts';

const ROLE = 'arn:aws:iam::111122223333:role/finder';
const CONFIG = JSON.stringify({
  account: '111122223333',
  users: [
    {
      arn: 'arn:aws:iam::111122223333:user/all',
      accessKeyId: 'AKIAALL0000000000000',
      secretAccessKey: 's',
      permissions: [{ actions: ['*'], resources: ['*'] }],
    },
    {
      arn: 'arn:aws:iam::111122223333:user/none',
      accessKeyId: 'AKIANONE000000000000',
      secretAccessKey: 's',
      permissions: [],
    },
  ],
  roles: [
    {
      arn: ROLE,
      trustPolicy: {
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::111122223333:root' }, Action: 'sts:AssumeRole' },
        ],
      },
      permissions: [{ actions: ['ec2:DescribeInstances'], resources: ['*'] }],
    },
  ],
  instances: [
    { id: 'i-0123456789abcdef0', privateDnsName: 'ip-10-0-0-1.us-west-2.compute.internal' },
    { id: 'i-0123456789abcdef1', privateDnsName: 'i-0123456789abcdef1.us-west-2.compute.internal' },
    { id: 'i-0123456789abcdef2', privateDnsName: 'ip-10-0-0-2.ec2.internal', account: '999900001111' },
  ],
  buckets: [],
});

const region = async (): Promise<string> => 'us-west-2';
const user =
  (name: string): CredentialSource =>
  async () => ({ accessKeyId: `AKIA${name.padEnd(16, '0')}`, secretAccessKey: 's' });

let url: string;
let log: AwsLogLine[];
const cleanups: (() => unknown)[] = [];

beforeEach(async () => {
  const reading = readLocalAwsConfig(CONFIG, { resolve: (path) => path, read: () => '' });
  if (reading.kind === 'invalid') throw new Error(reading.problems.join());
  log = [];
  const keys = createStaticKeys(new Map());
  const aws = await startLocalAws({
    config: reading.config,
    keys,
    clock: Date,
    log: (line) => void log.push(line),
  });
  cleanups.push(aws.stop);
  ({ url } = aws);
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

describe('the private DNS names of instances', () => {
  const describeAs = (name: string) =>
    createDescribeInstances({ region, credentials: user(name), endpoint: url });

  test('come in one call, made of addresses or of ids', async () => {
    const names = await describeAs('ALL')(['i-0123456789abcdef0', 'i-0123456789abcdef1']);
    expect([...names]).toEqual([
      ['i-0123456789abcdef0', 'ip-10-0-0-1.us-west-2.compute.internal'],
      ['i-0123456789abcdef1', 'i-0123456789abcdef1.us-west-2.compute.internal'],
    ]);
    expect(log).toMatchObject([{ status: 200, note: { action: 'ec2:DescribeInstances' } }]);
  });

  test.each([['i-0123456789abcdef9'], ['i-0123456789abcdef2'], ['i-xyz']])(
    'are refused as a whole where one is none of the account (%s)',
    async (id) => {
      await expect(describeAs('ALL')(['i-0123456789abcdef0', id])).rejects.toThrow(UnknownInstanceError);
      expect(log).toHaveLength(1);
    },
  );

  test('need a right', async () => {
    const described = describeAs('NONE')(['i-0123456789abcdef0']);
    await expect(described).rejects.toThrow('allow ec2:DescribeInstances for the server');
    await expect(described).rejects.not.toThrow(UnknownInstanceError);
  });

  test('come once a region is known, which may be late', async () => {
    let known: string | undefined;
    const late = async (): Promise<string> => {
      if (known === undefined) throw new Error('no region is known');
      return known;
    };
    const described = createDescribeInstances({ region: late, credentials: user('ALL'), endpoint: url });
    await expect(described(['i-0123456789abcdef0'])).rejects.toThrow('no region is known');
    known = 'us-west-2';
    expect((await described(['i-0123456789abcdef0'])).size).toBe(1);
  });

  test('cannot be had of an EC2 that is not there', async () => {
    const described = createDescribeInstances({
      region,
      credentials: user('ALL'),
      endpoint: 'http://127.0.0.1:1',
    });
    await expect(described(['i-0123456789abcdef0'])).rejects.toThrow('ECONNREFUSED');
  });

  test('may be asked for as a role, which is assumed once', async () => {
    const credentials = createAssumedRole({
      roleArn: ROLE,
      sessionName: 'nodes',
      region,
      credentials: user('ALL'),
      endpoint: url,
      clock: { now: Date.now },
    });
    const describeInstances = createDescribeInstances({ region, credentials, endpoint: url });
    await Promise.all([
      describeInstances(['i-0123456789abcdef0']),
      describeInstances(['i-0123456789abcdef1']),
    ]);
    expect(log.map(({ note }) => note?.action).toSorted()).toEqual([
      'ec2:DescribeInstances',
      'ec2:DescribeInstances',
      'sts:AssumeRole',
    ]);
  });
});

describe('a role that is assumed', () => {
  const options = { roleArn: ROLE, sessionName: 'nodes', region, credentials: user('ALL') };

  test('is assumed again before its credentials end', async () => {
    let now = Date.now();
    const credentials = createAssumedRole({ ...options, endpoint: url, clock: { now: () => now } });
    const first = await credentials();
    expect(await credentials()).toEqual(first);
    now += 55 * 60_000 + 1_000;
    expect((await credentials()).accessKeyId).not.toBe(first.accessKeyId);
    expect(log).toHaveLength(2);
  });

  test('is asked for again after a refusal, which names it', async () => {
    const refused = createAssumedRole({ ...options, roleArn: `${ROLE}-x`, endpoint: url, clock: Date });
    await expect(refused()).rejects.toThrow(
      `AWS STS did not assume ${ROLE}-x (AccessDenied: User: arn:aws:iam::111122223333:user/all`,
    );
    await expect(refused()).rejects.toThrow('did not assume');
    expect(log).toHaveLength(2);
  });

  test('says in signed headers for whom', async () => {
    const seen: IncomingHttpHeaders[] = [];
    const server = createServer(({ headers }, response) => {
      seen.push(headers);
      response.writeHead(403).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    cleanups.push(() => server.close());
    const { port } = server.address() as AddressInfo;
    const sourceArn = 'arn:aws:eks:us-west-2:999900001111:cluster/demo';
    await expect(
      createAssumedRole({ ...options, sourceArn, endpoint: `http://127.0.0.1:${port}`, clock: Date })(),
    ).rejects.toThrow('did not assume');
    expect(seen[0]).toMatchObject({ 'x-amz-source-arn': sourceArn, 'x-amz-source-account': '999900001111' });
    expect(seen[0]?.authorization).toContain('x-amz-source-account;x-amz-source-arn');
  });
});
