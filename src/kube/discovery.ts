import { describeError } from '../base/errors.ts';
import { parseJson } from '../json/parse.ts';
import { isRecord } from '../json/record.ts';
import type { KubeApi } from './api.ts';
import type { ApiResource, Discovery } from './api-resource.ts';
import { readAggregated, readGroupVersions, readOldResources } from './discovery-forms.ts';
import { toStatusError } from './errors.ts';

/** Servers ≥ 1.30 have v2, ≥ 1.27 v2beta1; all others answer with the form of old. */
const ACCEPT = [
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList',
  'application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList',
  'application/json',
].join(',');

/** More groups than any cluster has: one request each, in the form of old. */
const MOST_GROUPS = 500;

type Getter = Pick<KubeApi, 'get'>;

/**
 * Reads what resources the API server has: in two requests where it aggregates them, else in one for each version of a
 * group. A group that does not answer is told and left out.
 * @throws ApiStatusError where the server hands out no list of groups, or Error where it cannot be reached
 */
export async function discoverResources(api: Getter, signal?: AbortSignal): Promise<Discovery> {
  const parts: Discovery[] = [];
  for (const path of ['/api', '/apis']) {
    const document = await read(api, path, signal);
    const aggregated = readAggregated(document);
    parts.push(aggregated ?? (await discoverOneByOne(api, path, document, signal)));
  }
  return {
    resources: keepFirst(parts.flatMap(({ resources }) => resources)),
    problems: parts.flatMap(({ problems }) => problems),
  };
}

async function discoverOneByOne(
  api: Getter,
  path: string,
  document: unknown,
  signal: AbortSignal | undefined,
): Promise<Discovery> {
  const resources: ApiResource[] = [];
  const problems: string[] = [];
  for (const { group, version } of readGroupVersions(document).slice(0, MOST_GROUPS)) {
    const where = group === '' ? `${path}/${version}` : `${path}/${group}/${version}`;
    try {
      resources.push(...readOldResources(await read(api, where, signal), group, version));
    } catch (error) {
      if (signal?.aborted) throw error;
      problems.push(`${where}: ${describeError(error)}`);
    }
  }
  return { resources, problems };
}

async function read(api: Getter, path: string, signal: AbortSignal | undefined): Promise<unknown> {
  const { status, body } = await api.get(path, { accept: ACCEPT, ...(signal && { signal }) });
  if (status !== 200) throw toStatusError(`discovery ${path}`, status, body);
  const document = parseJson(body);
  if (!isRecord(document)) throw new Error(`discovery ${path}: the answer is not JSON`);
  return document;
}

/** RBAC knows no versions: the first one of a group that has a resource stands for all. */
function keepFirst(resources: readonly ApiResource[]): readonly ApiResource[] {
  const seen = new Map<string, ApiResource>();
  for (const each of resources) {
    const key = `${each.group}/${each.resource}`;
    if (!seen.has(key)) seen.set(key, each);
  }
  return [...seen.values()];
}
