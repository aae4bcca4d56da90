import type { ApiResource } from '../../kube/api-resource.ts';

function virtual(group: string, resource: string, verbs: readonly string[], namespaced = false): ApiResource {
  return {
    group,
    version: 'v1',
    resource,
    kind: '',
    singular: '',
    shortNames: [],
    namespaced,
    verbs,
    subresources: [],
  };
}

const USER_INFO = 'impersonate:user-info';
const AUTHENTICATION = 'authentication.k8s.io';

/**
 * What no API server serves, and authorizers are asked about all the same: impersonation (constrained: KEP-5284), and signers
 * of certificates.
 */
export const VIRTUAL_RESOURCES: readonly ApiResource[] = [
  virtual('', 'users', ['impersonate']),
  virtual('', 'groups', ['impersonate']),
  virtual(AUTHENTICATION, 'users', [USER_INFO]),
  virtual(AUTHENTICATION, 'groups', [USER_INFO]),
  virtual(AUTHENTICATION, 'uids', ['impersonate', USER_INFO]),
  virtual(AUTHENTICATION, 'userextras', ['impersonate', USER_INFO]),
  virtual(AUTHENTICATION, 'serviceaccounts', ['impersonate:serviceaccount'], true),
  virtual(AUTHENTICATION, 'nodes', ['impersonate:arbitrary-node', 'impersonate:associated-node']),
  virtual('certificates.k8s.io', 'signers', ['approve', 'sign', 'attest']),
];

/** Subresources that kubelet asks about (KEP-2862), and the server's own paths of old. */
const NODE_SUBRESOURCES = new Set([
  'metrics',
  'stats',
  'log',
  'spec',
  'healthz',
  'configz',
  'pods',
  'checkpoint',
]);

/** Whether something behind a resource is a subresource of it, and no name. */
export function isSubresource(resource: ApiResource, name: string): boolean {
  if (resource.subresources.some((each) => each.name === name)) return true;
  // Its subresources are the keys of what an authenticator adds to a user.
  if (resource.group === 'authentication.k8s.io' && resource.resource === 'userextras') return true;
  return resource.group === '' && resource.resource === 'nodes' && NODE_SUBRESOURCES.has(name);
}

/** What requests are made of, and the rights beside them that some resource knows. */
const KNOWN_VERBS: readonly string[] = [
  ...['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection', '*'],
  ...['impersonate', 'bind', 'escalate', 'approve', 'sign', 'attest', 'use'],
  ...['request-serviceaccounts-token-audience', 'unsafe-delete-ignore-read-errors'],
];

const HTTP_METHODS: readonly string[] = ['get', 'head', 'post', 'put', 'patch', 'delete', 'options', '*'];

/** @returns undefined where a verb is known, else the ones that there are */
export function findKnownVerbs(verb: string, isPath: boolean): readonly string[] | undefined {
  const known = isPath ? HTTP_METHODS : KNOWN_VERBS;
  // Constrained impersonation (KEP-5284).
  const isKnown = known.includes(verb) || (!isPath && /^impersonate(?:-on)?:/.test(verb));
  return isKnown ? undefined : known;
}
