import type { EntryRef } from '../../access/entry-ref.ts';
import { showHoles } from '../../access/holes.ts';
import { type BindingGrant, type Grant, isBuiltinGrant } from '../../rbac/grant.ts';
import type { Identity } from '../../rbac/identity.ts';
import type { ObjectRef, PolicyRule, Subject } from '../../rbac/objects.ts';
import { isPathQuestion, type Question } from '../../rbac/question.ts';
import type { Scope } from '../../rbac/who-can.ts';
import type { GroupData } from './data.ts';

/** `ClusterRole view`, `Role team-a/reader`; what it holds is shown escaped by whoever prints it. */
export function nameRef({ kind, namespace, name }: ObjectRef): string {
  return `${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;
}

export function nameSubject({ kind, namespace, name }: Subject): string {
  return `${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;
}

/** `jane, in dev and system:authenticated`; a hole is shown as a star. */
export function nameIdentity({ user, groups }: Identity): string {
  const whose = groups.length === 0 ? 'in no group' : `in ${groups.map(showHoles).join(', ')}`;
  return user === undefined
    ? `any member of ${groups.map(showHoles).join(', ')}`
    : `${showUser(user)} (${whose})`;
}

export function showUser(user: string): string {
  return user === '' ? '(the empty user name)' : showHoles(user);
}

/** @param elsewhere what it means that no namespace is named */
export function nameQuestion(question: Question, elsewhere = 'cluster-wide'): string {
  if (isPathQuestion(question)) return `${question.verb} ${question.path}`;
  const { verb, group, resource, subresource, name, namespace } = question;
  const type = `${resource}${group === '' ? '' : `.${group}`}${subresource === undefined ? '' : `/${subresource}`}`;
  const which = name === undefined ? '' : ` named ${name}`;
  return `${verb} ${type}${which}${namespace === undefined ? ` ${elsewhere}` : ` in ${namespace}`}`;
}

/** Where a right counts: `cluster`, or namespaces. */
export function nameScope({ cluster, namespaces }: Scope): string {
  return cluster ? 'cluster' : namespaces.join(', ');
}

/** `get, list of pods, pods/log (core), named db`. */
export function nameRule({
  verbs,
  apiGroups,
  resources,
  resourceNames,
  nonResourceURLs,
}: PolicyRule): string {
  if (resources === undefined) return `${verbs.join(', ')} of ${(nonResourceURLs ?? []).join(', ')}`;
  const groups = (apiGroups ?? []).map((group) => (group === '' ? 'core' : group)).join(', ');
  const names =
    resourceNames === undefined || resourceNames.length === 0 ? '' : `, named ${resourceNames.join(', ')}`;
  return `${verbs.join(', ')} of ${resources.join(', ')} (${groups})${names}`;
}

export function nameGrant(grant: Grant): string {
  return isBuiltinGrant(grant)
    ? `${grant.builtin} may do everything, without any binding`
    : nameBindingGrant(grant);
}

function nameBindingGrant({ binding, role, subject, rule }: BindingGrant): string {
  return `${nameRef(binding)} gives ${nameRef(role)} to ${nameSubject(subject)}; rule ${rule.index}: ${nameRule(rule)}`;
}

export function nameOrigin(origin: GroupData['origin']): string {
  switch (origin.kind) {
    case 'mapping':
      return nameEntry(origin);
    case 'api-server':
      return 'the API server itself, to everybody who logs in';
    case 'service-account':
      return "the ServiceAccount's namespace";
    case 'certificate':
      return 'O of the client certificate';
    case 'asked':
      return 'as asked';
    case 'authenticator':
      return 'whatever authenticates the caller, which cannot be seen from here';
  }
}

function nameEntry({ source = '', entry = '', line, arn }: Partial<EntryRef>): string {
  const at = line === undefined ? '' : `, line ${line}`;
  return `${source}, ${entry}${at}${arn === undefined ? '' : ` (${arn})`}`;
}
