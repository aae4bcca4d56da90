import { isDnsSubdomain } from '../../base/names/dns.ts';
import { quoteShort } from '../../json/quote.ts';
import type { JsonRecord } from '../../json/record.ts';
import type { Binding, ObjectRef, RoleKind, Subject } from '../objects.ts';
import { ObjectFlaw, readRecord, readRecords, readText, within } from './members.ts';
import { checkPathSegment, readMetadata, readNamespace } from './metadata.ts';

export const RBAC_GROUP = 'rbac.authorization.k8s.io';

export function readRoleBinding(item: JsonRecord): Binding {
  const metadata = readMetadata(item);
  const namespace = readNamespace(metadata);
  const { kind, name } = readRoleRef(item);
  const role = kind === 'Role' ? { kind, namespace, name } : { kind, name };
  const subjects = readRecords(item, 'subjects', (subject) => readSubject(subject, namespace));
  return { kind: 'RoleBinding', namespace, name: metadata.name, role, subjects };
}

export function readClusterRoleBinding(item: JsonRecord): Binding {
  const { name } = readMetadata(item);
  const role = readRoleRef(item);
  if (role.kind === 'Role') throw new ObjectFlaw('roleRef.kind is Role, and has to be ClusterRole here');
  const subjects = readRecords(item, 'subjects', (subject) => readSubject(subject, undefined));
  return { kind: 'ClusterRoleBinding', name, role, subjects };
}

function readRoleRef(item: JsonRecord): ObjectRef<RoleKind> {
  const ref = readRecord(item, 'roleRef') ?? {};
  return within('roleRef', () => {
    checkApiGroup(readText(ref, 'apiGroup'), RBAC_GROUP);
    const kind = readText(ref, 'kind');
    if (kind !== 'Role' && kind !== 'ClusterRole') {
      throw new ObjectFlaw(`kind is ${quoteShort(kind)}: write Role or ClusterRole`);
    }
    const name = readText(ref, 'name');
    checkPathSegment(name, 'name');
    return { kind, name };
  });
}

/** @param own namespace of a RoleBinding, which an account without one belongs to */
function readSubject(subject: JsonRecord, own: string | undefined): Subject {
  const kind = readText(subject, 'kind');
  const name = readText(subject, 'name');
  if (name === '') throw new ObjectFlaw('name is empty: write a name');
  if (kind === 'User' || kind === 'Group') {
    checkApiGroup(readText(subject, 'apiGroup'), RBAC_GROUP);
    return { kind, name };
  }
  if (kind !== 'ServiceAccount') {
    throw new ObjectFlaw(`kind is ${quoteShort(kind)}: write User, Group or ServiceAccount`);
  }
  checkApiGroup(readText(subject, 'apiGroup'), '');
  if (!isDnsSubdomain(name)) {
    throw new ObjectFlaw(`name is ${quoteShort(name)}, which no ServiceAccount can be called`);
  }
  const namespace = readText(subject, 'namespace') || own;
  if (namespace !== undefined) return { kind, name, namespace };
  throw new ObjectFlaw('a ServiceAccount needs its namespace in a ClusterRoleBinding: write namespace');
}

/** The API server fills in an empty one. */
function checkApiGroup(written: string, wanted: string): void {
  if (written === '' || written === wanted) return;
  throw new ObjectFlaw(`apiGroup is ${quoteShort(written)}, and has to be ${quoteShort(wanted)}`);
}
