import { type Identity, impersonated } from '../../../src/rbac/identity.ts';
import type { Cluster } from './cluster.ts';
import type { KubeObject } from './objects.ts';

/** A question as a line of a batch has it. */
export interface AskedQuestion {
  readonly user: string;
  readonly groups: readonly string[];
  readonly verb: string;
  readonly path?: string;
  readonly group?: string;
  readonly resource?: string;
  readonly subresource?: string;
  readonly name?: string;
  readonly namespace?: string;
}

/** What the API server itself says, by a SubjectAccessReview with every group that the user has. */
export async function askServer({ client }: Pick<Cluster, 'client'>, asked: AskedQuestion): Promise<boolean> {
  const { user, groups, ...attributes } = asked;
  const identity: Identity = impersonated(user, groups);
  const kind = attributes.path === undefined ? 'resourceAttributes' : 'nonResourceAttributes';
  const review: KubeObject = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    metadata: {},
    spec: { user, groups: identity.groups, [kind]: attributes },
  };
  const { object } = await client.create(review);
  // The API server sends nothing else here; a wrong shape fails the test.
  return (object['status'] as { readonly allowed: boolean }).allowed;
}
