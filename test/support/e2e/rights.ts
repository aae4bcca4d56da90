import type { AuditedRequest } from './audit.ts';
import type { KubeClient } from './kube-client.ts';
import type { KubeObject } from './objects.ts';

interface Rule {
  readonly verbs: readonly string[];
  readonly resources: readonly string[];
}

/** `VERB RESOURCE` of all roles with these labels, but for those of `helm test`. */
export async function listGrantedRights(client: KubeClient, labels: string): Promise<readonly string[]> {
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  const list = (kind: string): Promise<(KubeObject & { readonly rules?: readonly Rule[] })[]> =>
    client.list({ apiVersion, kind, metadata: {} }, labels);
  const roles = [...(await list('ClusterRole')), ...(await list('Role'))];
  const rules = roles
    .filter(({ metadata }) => !metadata.name?.endsWith('-check'))
    .flatMap((role) => role.rules ?? []);
  return rules.flatMap(({ verbs, resources }) =>
    resources.flatMap((resource) => verbs.map((verb) => `${verb} ${resource}`)),
  );
}

/**
 * `VERB RESOURCE` of each right that a user's requests have needed. An apply that makes an object needs the right to create
 * it, too, which the log does not tell.
 */
export function listUsedRights(requests: readonly AuditedRequest[], user: string): ReadonlySet<string> {
  const used = new Set<string>();
  for (const { verb, objectRef, responseStatus, user: who } of requests) {
    if (who.username !== user || objectRef?.resource === undefined) continue;
    used.add(`${verb} ${objectRef.resource}`);
    if (verb === 'patch' && responseStatus?.code === 201) used.add(`create ${objectRef.resource}`);
  }
  return used;
}

/** What a user was refused, each once. */
export function listRefusals(requests: readonly AuditedRequest[], user: string): readonly string[] {
  const refused = requests.filter(
    ({ user: who, responseStatus }) => who.username === user && responseStatus?.code === 403,
  );
  return [...new Set(refused.map(({ verb, requestURI }) => `${verb} ${requestURI}`))];
}
