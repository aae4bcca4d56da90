import type { BindingGrant } from '../../rbac/grant.ts';
import type { ObjectRef, PolicyRule, RoleKind, Subject } from '../../rbac/objects.ts';
import { toRefKey } from '../../rbac/refs.ts';
import type { Right } from '../../rbac/rights.ts';
import { renderColumns } from '../../terminal/columns.ts';

/** A subject with its rights, member by member as rbac-tool names them; but the core group is `''`, as in a rule. */
export interface FlatSubject {
  readonly kind: Subject['kind'];
  readonly apiGroup: string;
  readonly name: string;
  readonly namespace?: string;
  readonly allowedTo: readonly FlatRight[];
}

/** One verb on one resource of one group, or on one URL. */
export interface FlatRight {
  /** '' for a right of the whole cluster. */
  readonly namespace: string;
  readonly verb: string;
  readonly apiGroup?: string;
  readonly resource?: string;
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
  readonly originatedFrom: readonly ObjectRef<RoleKind>[];
}

export function toFlat(rights: readonly Right[]): readonly FlatSubject[] {
  const grants = rights.flatMap(({ because }) => because);
  const bySubject = Map.groupBy(grants, ({ subject }) => toRefKey(subject));
  return [...bySubject.values()].flatMap((own) => {
    const subject = own[0]?.subject;
    return subject === undefined ? [] : [{ ...toSubject(subject), allowedTo: own.flatMap(toFlatRights) }];
  });
}

function toSubject({ kind, name, namespace }: Subject): Omit<FlatSubject, 'allowedTo'> {
  const apiGroup = kind === 'ServiceAccount' ? '' : 'rbac.authorization.k8s.io';
  return { kind, apiGroup, name, ...(namespace !== undefined && { namespace }) };
}

function toFlatRights({ binding: { namespace = '' }, role, rule }: BindingGrant): readonly FlatRight[] {
  return rule.verbs.flatMap((verb) =>
    listTargets(rule).map((target) => ({ namespace, verb, ...target, originatedFrom: [role] })),
  );
}

function listTargets(rule: PolicyRule): readonly Partial<FlatRight>[] {
  const { apiGroups = [], resources, resourceNames, nonResourceURLs = [] } = rule;
  if (resources === undefined) return nonResourceURLs.map((url) => ({ nonResourceURLs: [url] }));
  const names = resourceNames === undefined ? {} : { resourceNames };
  return apiGroups.flatMap((apiGroup) => resources.map((resource) => ({ apiGroup, resource, ...names })));
}

const HEAD = [
  ...['TYPE', 'SUBJECT', 'VERBS', 'NAMESPACE', 'API GROUP', 'KIND', 'NAMES', 'NonResourceURI'],
  'ORIGINATED FROM',
];

export function renderFlat(rights: readonly Right[]): readonly string[] {
  const rows = toFlat(rights).flatMap(({ allowedTo, ...subject }) =>
    allowedTo.map((right) => toRow(subject, right)),
  );
  return renderColumns(HEAD, rows).trimEnd().split('\n');
}

function toRow(
  { kind, name, namespace }: Omit<FlatSubject, 'allowedTo'>,
  right: FlatRight,
): readonly string[] {
  const { apiGroup, resource = '', resourceNames = [], nonResourceURLs = [], originatedFrom } = right;
  return [
    kind,
    namespace === undefined ? name : `${namespace}/${name}`,
    right.verb,
    right.namespace === '' ? '*' : right.namespace,
    apiGroup === '' ? 'core' : (apiGroup ?? ''),
    resource,
    resourceNames.join(','),
    nonResourceURLs.join(','),
    originatedFrom.map(toOrigin).join(' '),
  ];
}

function toOrigin({ kind, namespace, name }: ObjectRef<RoleKind>): string {
  return `${kind}s>>${namespace === undefined ? name : `${namespace}/${name}`}`;
}
