import { describeDenial, isAllowed } from '../permissions.ts';
import { type AuthenticationDeps, authenticate } from '../query/authenticate.ts';
import { fail, type QueryAction, type QueryOutcome } from '../query/service.ts';
import type { Tree } from '../xml.ts';
import { passes, readFilters, readList } from './filters.ts';
import { INSTANCE_STATES, type Instance, isInstanceId } from './instance.ts';

export interface DescribeInstancesDeps extends AuthenticationDeps {
  readonly instances: readonly Instance[];
}

/** As many as one answer has (Amazon EC2 API Reference, DescribeInstances, `MaxResults`). */
const MAX_RESULTS = 1_000;

/** Source: Amazon EC2 API Reference, DescribeInstances. A caller sees the instances of its own account. */
export function createDescribeInstances(deps: DescribeInstancesDeps): QueryAction {
  return async ({ request, parameters }) => {
    const authentication = authenticate(request, 'ec2', deps);
    if (authentication.kind === 'error') return authentication;
    const { principal } = authentication.credentials;
    const caller = principal.arn;
    if (!isAllowed(principal, 'ec2:DescribeInstances', '*')) {
      const message = `You are not authorized to perform this operation. ${describeDenial(principal, 'ec2:DescribeInstances', '*')}`;
      return { ...fail('UnauthorizedOperation', message, 403), caller };
    }
    const problem = checkParameters(parameters);
    if (problem !== undefined) return { ...problem, caller };
    const own = deps.instances.filter(({ account }) => account === principal.account);
    return { ...describe(parameters, own), caller };
  };
}

const KNOWN =
  /^(?:Action|Version|DryRun|MaxResults|NextToken|InstanceId\.\d{1,4}|Filter\.\d{1,4}\.(?:Name|Value\.\d{1,4})|X-Amz-[\w-]+)$/;

function checkParameters(parameters: ReadonlyMap<string, string>): QueryOutcome | undefined {
  const unknown = [...parameters.keys()].find((name) => !KNOWN.test(name));
  if (unknown !== undefined)
    return fail('UnknownParameter', `The parameter ${unknown.slice(0, 64)} is not recognized`);
  if (parameters.get('DryRun') !== 'true') return undefined;
  return fail('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.', 412);
}

function describe(parameters: ReadonlyMap<string, string>, own: readonly Instance[]): QueryOutcome {
  const ids = readList(parameters, 'InstanceId');
  const malformed = ids.find((id) => !isInstanceId(id));
  if (malformed !== undefined)
    return fail('InvalidInstanceID.Malformed', `Invalid id: "${malformed.slice(0, 64)}"`);
  const missing = ids.filter((id) => !own.some((instance) => instance.id === id));
  if (missing.length > 0) return fail('InvalidInstanceID.NotFound', describeMissing(missing));
  const filters = readFilters(parameters);
  if (filters.kind === 'error') return filters;
  const found = own.filter(
    (instance) =>
      (ids.length === 0 || ids.includes(instance.id)) &&
      filters.filters.every((filter) => passes(instance, filter)),
  );
  return page(parameters, found, ids.length > 0);
}

function describeMissing(ids: readonly string[]): string {
  return ids.length === 1
    ? `The instance ID '${ids[0]}' does not exist`
    : `The instance IDs '${ids.join(', ')}' do not exist`;
}

function page(
  parameters: ReadonlyMap<string, string>,
  found: readonly Instance[],
  byId: boolean,
): QueryOutcome {
  const [limit, token] = [parameters.get('MaxResults'), parameters.get('NextToken')];
  if (byId && limit !== undefined) {
    return fail(
      'InvalidParameterCombination',
      'The parameter instancesSet cannot be used with the parameter maxResults',
    );
  }
  const size = readNumber(limit ?? String(MAX_RESULTS));
  if (size === undefined || size < 5 || size > MAX_RESULTS) {
    return fail(
      'InvalidParameterValue',
      `Value for parameter maxResults is invalid. Expecting a value from 5 to ${MAX_RESULTS}.`,
    );
  }
  const start = readNumber(token ?? '0');
  if (start === undefined) return fail('InvalidParameterValue', 'The token is invalid.');
  const next = start + size < found.length ? { nextToken: String(start + size) } : {};
  const items = found.slice(start, start + size).map(toReservation);
  return { kind: 'result', result: { reservationSet: { item: items }, ...next } };
}

function readNumber(text: string): number | undefined {
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

/** Each instance in a reservation of its own, as if it had been launched alone. */
function toReservation(instance: Instance): Tree {
  const { id, account, state, instanceProfile } = instance;
  return {
    reservationId: `r-${id.slice(2)}`,
    ownerId: account,
    groupSet: {},
    instancesSet: {
      item: {
        instanceId: id,
        instanceState: { code: INSTANCE_STATES[state], name: state },
        privateDnsName: instance.privateDnsName,
        vpcId: instance.vpcId,
        privateIpAddress: instance.privateIpAddress,
        iamInstanceProfile: instanceProfile === undefined ? undefined : { arn: instanceProfile },
      },
    },
  };
}
