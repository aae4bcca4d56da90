import fc from 'fast-check';
import { type Identity, impersonated } from '../../../src/rbac/identity.ts';
import type { Question } from '../../../src/rbac/question.ts';
import { type Manifest, toManifest } from './manifests.ts';

/** Few words, so that rules, bindings and questions meet; among them those that look like globs and are none. */
const VERBS = ['get', 'list', 'create', '*', 'get*'];
const GROUPS = ['', 'apps', '*', 'core'];
const RESOURCES = ['pods', 'secrets', 'pods/log', '*', '*/log', '*/*', 'pods/*', 'Pods'];
const NAMES = ['db', 'DB', '*', ''];
const URLS = ['/metrics', '/healthz*', '/healthz/*', '*', '/a*/b', '/api/**'];
export const NAMESPACES = ['team-a', 'team-b'];
const USERS = ['jane', 'Jane', 'a b:c', 'dev', 'system:serviceaccount:team-a:ci', 'system:anonymous'];
const GROUP_NAMES = [
  ...['dev', 'Dev', 'jane', 'system:authenticated', 'system:unauthenticated'],
  ...['system:serviceaccounts', 'system:serviceaccounts:team-a'],
];
const ROLES = ['one', 'a b', 'system:two'];
const LABELS = ['to-one', 'to-two'];

const some = (words: readonly string[], minLength = 1): fc.Arbitrary<string[]> =>
  fc.uniqueArray(fc.constantFrom(...words), { minLength, maxLength: 3 });

const resourceRule: fc.Arbitrary<Manifest> = fc
  .record({
    verbs: some(VERBS),
    apiGroups: some(GROUPS),
    resources: some(RESOURCES),
    resourceNames: some(NAMES, 0),
  })
  .map(({ resourceNames, ...rule }) => (resourceNames.length === 0 ? rule : { ...rule, resourceNames }));
const urlRule: fc.Arbitrary<Manifest> = fc.record({ verbs: some(VERBS), nonResourceURLs: some(URLS) });

/** As an API server takes them; of a user or a group a namespace counts for nothing. */
const spelling: fc.Arbitrary<Manifest> = fc.constantFrom(
  {},
  { apiGroup: '' },
  { apiGroup: 'rbac.authorization.k8s.io' },
  { namespace: 'team-b' },
);
const named = (kind: string, names: readonly string[]): fc.Arbitrary<Manifest> =>
  fc.tuple(fc.constantFrom(...names), spelling).map(([name, spelt]) => ({ kind, name, ...spelt }));
const subject: fc.Arbitrary<Manifest> = fc.oneof(
  named('User', USERS),
  named('Group', GROUP_NAMES),
  fc.constantFrom(...NAMESPACES).map((namespace) => ({ kind: 'ServiceAccount', name: 'ci', namespace })),
);
const localSubject: fc.Arbitrary<Manifest> = fc.oneof(
  subject,
  fc.constantFrom({}, { namespace: '' }, { apiGroup: '' }).map((spelt) => ({
    ...{ kind: 'ServiceAccount', name: 'ci' },
    ...spelt,
  })),
);

const namespace = fc.constantFrom(...NAMESPACES);
const roleName = fc.constantFrom(...ROLES);

const role: fc.Arbitrary<Manifest> = fc
  .tuple(namespace, roleName, fc.array(resourceRule, { maxLength: 3 }))
  .map(([ns, name, rules]) => toManifest('Role', `${ns}/${name}`, { rules }));

/** One that collects others does so in no circle: what a server has of that depends on what it had before. */
const clusterRole: fc.Arbitrary<Manifest> = fc
  .tuple(
    roleName,
    fc.array(fc.oneof(resourceRule, urlRule), { maxLength: 3 }),
    fc.subarray(LABELS),
    fc.option(fc.constantFrom(...LABELS), { freq: 5 }),
  )
  .map(([name, rules, labels, collects]) => {
    const own = collects === null ? labels : collects === 'to-one' ? ['to-two'] : [];
    return {
      ...toManifest('ClusterRole', name, { rules }),
      metadata: { name, labels: Object.fromEntries(own.map((label) => [label, 'true'])) },
      ...(collects !== null && {
        aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [collects]: 'true' } }] },
      }),
    };
  });

const bindingName = fc.constantFrom('b1', 'b2', 'b3', 'b4');
const roleBinding: fc.Arbitrary<Manifest> = fc
  .tuple(
    namespace,
    bindingName,
    fc.constantFrom('Role', 'ClusterRole'),
    roleName,
    fc.array(localSubject, { maxLength: 4 }),
  )
  .map(([ns, name, kind, role, subjects]) =>
    toManifest('RoleBinding', `${ns}/${name}`, { roleRef: { kind, name: role }, subjects }),
  );
const clusterRoleBinding: fc.Arbitrary<Manifest> = fc
  .tuple(bindingName, roleName, fc.array(subject, { maxLength: 4 }))
  .map(([name, role, subjects]) =>
    toManifest('ClusterRoleBinding', name, { roleRef: { kind: 'ClusterRole', name: role }, subjects }),
  );

/** Objects that an API server would store, each once; some roles are missing, and some bindings have nobody. */
export function anyWorld(): fc.Arbitrary<readonly Manifest[]> {
  return fc.uniqueArray(fc.oneof(role, clusterRole, roleBinding, clusterRoleBinding), {
    minLength: 4,
    maxLength: 16,
    selector: ({ kind, metadata }) => JSON.stringify([kind, toKey(metadata)]),
  });
}

function toKey(metadata: unknown): unknown {
  const { namespace: ns, name } = metadata as Readonly<Record<string, unknown>>;
  return [ns, name];
}

/** Somebody, as impersonation has it. */
export function anyIdentity(): fc.Arbitrary<Identity> {
  return fc
    .tuple(
      fc.option(fc.constantFrom(...USERS)),
      fc.subarray([...GROUP_NAMES, 'system:masters'], { maxLength: 2 }),
    )
    .filter(([as, groups]) => as !== null || groups.length > 0)
    .map(([as, groups]) => impersonated(as ?? undefined, groups));
}

export function anyQuestion(): fc.Arbitrary<Question> {
  const path = fc.constantFrom(
    ...[
      '/metrics',
      '/healthz',
      '/healthz/',
      '/healthz/etcd',
      '/healthzfoo',
      '/a*/b',
      '/ab/b',
      '/api',
      '/api/v1',
    ],
    ...['/', '*', 'metrics'],
  );
  const optional = <Key extends string>(key: Key, words: readonly string[]) =>
    fc.option(fc.constantFrom(...words)).map((word) => (word === null ? {} : { [key]: word }));
  return fc.oneof(
    {
      weight: 4,
      arbitrary: fc
        .tuple(
          fc.record({
            verb: fc.constantFrom('get', 'list', 'create', 'update'),
            group: fc.constantFrom('', 'apps', 'core'),
            resource: fc.constantFrom('pods', 'secrets', '*', 'Pods', 'pods/log'),
          }),
          optional('subresource', ['log', 'exec', '*', 'log/x', '']),
          optional('name', NAMES),
          optional('namespace', [...NAMESPACES, 'nowhere', '']),
        )
        .map(([base, subresource, name, ns]) => ({ ...base, ...subresource, ...name, ...ns })),
    },
    { weight: 2, arbitrary: fc.record({ verb: fc.constantFrom('get', 'list'), path }) },
  );
}

/**
 * Several worlds beside each other, with names of their own for roles and bindings and the same people and labels.
 * @param prefix of those names: a role that comes back when its cluster has gone is in nobody's way
 */
export function anyCluster(worlds: number, prefix: string): fc.Arbitrary<readonly Manifest[]> {
  return fc
    .array(anyWorld(), { minLength: worlds, maxLength: worlds })
    .map((each) =>
      each.flatMap((world, place) => world.map((object) => rename(object, `${prefix}-w${place}-`))),
    );
}

function rename(object: Manifest, prefix: string): Manifest {
  const metadata = object['metadata'] as Manifest;
  const roleRef = object['roleRef'] as Manifest | undefined;
  return {
    ...object,
    metadata: { ...metadata, name: `${prefix}${metadata['name']}` },
    ...(roleRef && { roleRef: { ...roleRef, name: `${prefix}${roleRef['name']}` } }),
  };
}
