import { quoteShort } from '../../json/quote.ts';
import { isRecord, type JsonRecord, readMember } from '../../json/record.ts';
import type { Account, Binding, RbacObjects, Role } from '../objects.ts';
import { describeName } from '../refs.ts';
import { RBAC_GROUP, readClusterRoleBinding, readRoleBinding } from './binding.ts';
import { type Item, listItems } from './items.ts';
import { ObjectFlaw, readTextMap } from './members.ts';
import { readMetadata, readNamespace } from './metadata.ts';
import type { ObjectProblem } from './problem.ts';
import { readClusterRole, readRole } from './role.ts';
import { takeOnce } from './twice.ts';

export interface ObjectReading {
  readonly objects: RbacObjects;
  /** Objects of RBAC, ServiceAccounts and Namespaces that were left out. */
  readonly problems: readonly ObjectProblem[];
  /** Objects of other kinds, as they are. */
  readonly ignored: readonly Item[];
}

/** Reads the objects of RBAC out of parsed documents, lists or single objects, in any order. */
export function readObjects(documents: Iterable<unknown>): ObjectReading {
  const problems: ObjectProblem[] = [];
  const ignored: Item[] = [];
  const found = {
    roles: [] as Role[],
    bindings: [] as Binding[],
    accounts: [] as Account[],
    names: [] as string[],
  };
  const readers = createReaders(found);
  const onNeither = (object: string): void => {
    problems.push({ object, problem: 'it is no Kubernetes object: it has no kind' });
  };
  for (const item of listItems(documents, onNeither)) {
    const read = readers.get(toKindKey(item));
    if (read === undefined) {
      ignored.push(item);
      continue;
    }
    const problem = tryRead(item, read);
    if (problem !== undefined) problems.push({ object: toLabel(item), problem });
  }
  const roles = takeOnce(found.roles, problems);
  const bindings = takeOnce(found.bindings, problems);
  const namespaces = [...new Set(found.names)];
  return { objects: { roles, bindings, accounts: found.accounts, namespaces }, problems, ignored };
}

interface Found {
  readonly roles: Role[];
  readonly bindings: Binding[];
  readonly accounts: Account[];
  /** Of namespaces. */
  readonly names: string[];
}

/** By group and kind: what reads an object of it into what was found. */
function createReaders(found: Found): ReadonlyMap<string, (raw: JsonRecord) => void> {
  return new Map<string, (raw: JsonRecord) => void>([
    [`${RBAC_GROUP}/Role`, (raw) => found.roles.push(readRole(raw))],
    [`${RBAC_GROUP}/ClusterRole`, (raw) => found.roles.push(readClusterRole(raw))],
    [`${RBAC_GROUP}/RoleBinding`, (raw) => found.bindings.push(readRoleBinding(raw))],
    [`${RBAC_GROUP}/ClusterRoleBinding`, (raw) => found.bindings.push(readClusterRoleBinding(raw))],
    ['/ServiceAccount', (raw) => found.accounts.push(readAccount(raw))],
    ['/Namespace', (raw) => found.names.push(readMetadata(raw).name)],
  ]);
}

function toKindKey({ apiVersion, kind }: Item): string {
  const slash = apiVersion.indexOf('/');
  return `${slash === -1 ? '' : apiVersion.slice(0, slash)}/${kind}`;
}

function readAccount(raw: JsonRecord): Account {
  const metadata = readMetadata(raw);
  const annotations = readTextMap(metadata.raw, 'annotations');
  return { namespace: readNamespace(metadata), name: metadata.name, annotations };
}

function tryRead({ apiVersion, raw }: Item, read: (raw: JsonRecord) => void): string | undefined {
  if (!/(?:^|\/)v1$/.test(apiVersion)) {
    return `its apiVersion is ${quoteShort(apiVersion)}: no API server since 1.22 serves another than v1`;
  }
  try {
    read(raw);
    return undefined;
  } catch (error) {
    if (error instanceof ObjectFlaw) return error.message;
    throw error;
  }
}

/** Its name where it has one; whoever wrote it may be a stranger. */
function toLabel({ kind, raw, place }: Item): string {
  const metadata = readMember(raw, 'metadata');
  const name = isRecord(metadata) ? readMember(metadata, 'name') : undefined;
  if (!isRecord(metadata) || typeof name !== 'string' || name === '') return `${kind} (${place})`;
  const namespace = readMember(metadata, 'namespace');
  const full = typeof namespace === 'string' && namespace !== '' ? `${namespace}/${name}` : name;
  return `${kind} ${describeName(full)}`;
}
