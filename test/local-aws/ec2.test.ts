import { describe, expect, test } from 'vitest';
import type { Instance } from '../../src/local-aws/ec2/instance.ts';
import { KEYS, NOW } from '../support/aws/signing-plan.ts';
import {
  ACCOUNT,
  createTestAws,
  outcomeOf,
  readElement,
  type TestAwsOptions,
  toUser,
} from '../support/local-aws/local-aws.ts';
import { signHeaders } from '../support/local-aws/sign.ts';

const toInstance = (id: string, more: Partial<Instance> = {}): Instance => ({
  id,
  account: ACCOUNT,
  privateDnsName: `ip-${id.slice(2, 6)}.us-west-2.compute.internal`,
  state: 'running',
  ...more,
});

const ONE = toInstance('i-0000000000000000a', {
  vpcId: 'vpc-1',
  instanceProfile: `arn:aws:iam::${ACCOUNT}:instance-profile/node`,
});
const TWO = toInstance('i-0123abcd', { state: 'stopped' });
const FOREIGN = toInstance('i-0000000000000000f', { account: '444455556666' });
const INSTANCES = [ONE, TWO, FOREIGN];

async function describeInstances(
  parameters: Readonly<Record<string, string>>,
  options: TestAwsOptions = {},
  plan = {},
) {
  const aws = await createTestAws({ instances: INSTANCES, ...options });
  const body = new URLSearchParams({
    Action: 'DescribeInstances',
    Version: '2016-11-15',
    ...parameters,
  }).toString();
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return await aws.send(signHeaders({ service: 'ec2', method: 'POST', headers, body, ...plan }));
}

function idsOf(body: string | Buffer): string[] {
  return [...body.toString().matchAll(/<instanceId>([^<]*)</g)].map(([, id]) => id ?? '');
}

describe('DescribeInstances', () => {
  test('tells the private DNS name of each', async () => {
    const response = await describeInstances({ 'InstanceId.1': ONE.id });
    expect(response.body).toContain(
      '<DescribeInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">',
    );
    expect(readElement(response, 'privateDnsName')).toBe(ONE.privateDnsName);
    expect(readElement(response, 'requestId')).toBe('the-request-id');
    expect(response.body).toContain('<instanceState><code>16</code><name>running</name></instanceState>');
    expect(response.body).toContain(
      `<iamInstanceProfile><arn>${ONE.instanceProfile}</arn></iamInstanceProfile>`,
    );
  });

  test.each([
    [{}, [ONE.id, TWO.id]],
    [{ 'InstanceId.1': TWO.id, 'InstanceId.2': ONE.id }, [ONE.id, TWO.id]],
    [{ 'Filter.1.Name': 'instance-state-name', 'Filter.1.Value.1': 'stopped' }, [TWO.id]],
    [
      {
        'Filter.1.Name': 'private-dns-name',
        'Filter.1.Value.1': 'ip-*',
        'Filter.2.Name': 'vpc-id',
        'Filter.2.Value.1': 'vpc-1',
      },
      [ONE.id],
    ],
    [{ 'Filter.1.Name': 'vpc-id', 'Filter.1.Value.1': 'vpc-2' }, []],
  ])('%j', async (parameters, expected) => {
    expect(idsOf((await describeInstances(parameters)).body)).toEqual(expected);
  });

  test.each([
    [{ 'InstanceId.1': 'i-0000000000000000b' }, '400 InvalidInstanceID.NotFound'],
    [{ 'InstanceId.1': ONE.id, 'InstanceId.2': 'i-0000000000000000b' }, '400 InvalidInstanceID.NotFound'],
    [{ 'InstanceId.1': FOREIGN.id }, '400 InvalidInstanceID.NotFound'],
    [{ 'InstanceId.1': 'nonsense' }, '400 InvalidInstanceID.Malformed'],
    [{ 'InstanceId.1': 'i-0000000000000000A' }, '400 InvalidInstanceID.Malformed'],
    [{ 'Filter.1.Name': 'constructor', 'Filter.1.Value.1': 'x' }, '400 InvalidParameterValue'],
    [{ MaxResults: '4' }, '400 InvalidParameterValue'],
    [{ MaxResults: '5', 'InstanceId.1': ONE.id }, '400 InvalidParameterCombination'],
    [{ NextToken: 'x' }, '400 InvalidParameterValue'],
    [{ NextToken: '0x1' }, '400 InvalidParameterValue'],
    [{ MaxResults: '1e2' }, '400 InvalidParameterValue'],
    [{ DryRun: 'true' }, '412 DryRunOperation'],
    [{ Nonsense: '1' }, '400 UnknownParameter'],
    [{ 'Filter.1.Values.1': 'x' }, '400 UnknownParameter'],
  ])('%j: %s', async (parameters, expected) => {
    expect(outcomeOf(await describeInstances(parameters))).toBe(expected);
  });

  test('names the missing of a batch', async () => {
    const parameters = { 'InstanceId.1': 'i-0000000b', 'InstanceId.2': ONE.id, 'InstanceId.3': 'i-0000000c' };
    expect(readElement(await describeInstances(parameters), 'Message')).toBe(
      "The instance IDs 'i-0000000b, i-0000000c' do not exist",
    );
  });

  test('comes in pages', async () => {
    const instances = Array.from({ length: 7 }, (_, index) => toInstance(`i-0000000${index}`));
    const first = await describeInstances({ MaxResults: '5' }, { instances });
    const second = await describeInstances(
      { MaxResults: '5', NextToken: readElement(first, 'nextToken') ?? '' },
      { instances },
    );
    expect([...idsOf(first.body), ...idsOf(second.body)]).toEqual(instances.map(({ id }) => id));
    expect(readElement(second, 'nextToken')).toBeUndefined();
  });

  test('needs the permission', async () => {
    const user = toUser([{ effect: 'Allow', actions: ['ec2:RunInstances'], resources: ['*'] }]);
    expect(outcomeOf(await describeInstances({}, { user }))).toBe('403 UnauthorizedOperation');
  });

  test.each([
    [{ keys: { ...KEYS, secretAccessKey: 'x' } }, '401 AuthFailure'],
    [{ keys: { ...KEYS, accessKeyId: 'AKIAEXAMPLEEXAMPLE99' } }, '401 AuthFailure'],
    [{ service: 'sts' }, '401 AuthFailure'],
    [{ at: NOW - 3_600_000 }, '400 RequestExpired'],
    [{ at: NOW + 3_600_000 }, '400 RequestExpired'],
  ])('%j: %s', async (plan, expected) => {
    const response = await describeInstances({}, {}, plan);
    expect(outcomeOf(response)).toBe(expected);
    expect(response.body).toContain('<Response><Errors><Error>');
  });
});
