import { toError } from '../../base/errors.ts';
import { toText } from '../../json/loose.ts';
import { parseJson } from '../../json/parse.ts';
import { isRecord } from '../../json/record.ts';
import type { KubeApi } from '../../kube/api.ts';
import type { ApiResource } from '../../kube/api-resource.ts';
import { discoverResources } from '../../kube/discovery.ts';

interface Discovered {
  readonly resources: readonly ApiResource[] | undefined;
  readonly notes: readonly string[];
}

/** Answers do not depend on it, but for the names that people give to resources. */
export async function discover(api: KubeApi): Promise<Discovered> {
  try {
    const { resources, problems } = await discoverResources(api);
    return { resources, notes: problems.map((problem) => `discovery: ${problem}`) };
  } catch (error) {
    const what = toError(error).message;
    return { resources: undefined, notes: [`${what}; names of resources are those of Kubernetes itself`] };
  }
}

/** `gitVersion`, '' where the server does not tell it: it is a sign, and nothing depends on it. */
export async function readVersion(api: KubeApi): Promise<string> {
  const { status, body } = await api.get('/version');
  const document = status === 200 ? parseJson(body) : undefined;
  return isRecord(document) ? toText(document['gitVersion']) : '';
}
