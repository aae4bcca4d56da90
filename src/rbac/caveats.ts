/**
 * Everything that an answer made of RBAC alone may not know, in one table: answers, documentation and tests share these
 * codes. `meaning` is the message where nothing more can be said of the case.
 */
export const CAVEATS = {
  masters: {
    meaning: 'system:masters may do everything, whatever bindings and roles say',
    remedy: 'take the identity out of the group: no change of RBAC narrows it',
  },
  'node-authorizer': {
    meaning: 'a node has rights of the Node authorizer, too, which no role shows',
    remedy: 'ask the API server itself about nodes',
  },
  'other-authorizer': {
    meaning: 'the API server answers otherwise than RBAC does: another authorizer has decided',
    remedy: 'look at what else authorizes: --authorization-config, EKS access policies, a webhook',
  },
  'no-evidence': {
    meaning: 'RBAC could not be read, so the reasons are not known',
    remedy:
      'have list of roles, rolebindings, clusterroles and clusterrolebindings granted, or give a snapshot',
  },
  'server-unasked': {
    meaning:
      'the API server was not asked, so that only RBAC is known: another authorizer may decide otherwise',
    remedy:
      'have create of subjectaccessreviews granted (ClusterRole system:auth-delegator), or give --session',
  },
  'access-entries-unseen': {
    meaning: 'on EKS an access entry of the principal comes before aws-auth, and no cluster shows it',
    remedy: 'look at aws eks list-access-entries',
  },
  'open-session': {
    meaning: 'the name of the session is open, and RBAC names one that it can be',
    remedy: 'give --session, or ask iam-bridge can, which tells for which sessions it is yes',
  },
  'missing-role': {
    meaning: 'a binding gives a role that is not there',
    remedy: 'make the role, or remove the binding: whoever makes a role of that name decides what it gives',
  },
  'object-left-out': {
    meaning: 'an object of RBAC was left out, since no API server would have it so',
    remedy: 'mend the object and ask again',
  },
  'unknown-resource': {
    meaning: 'no such resource is known: only rules that name it to the letter, or *, are found',
    remedy: 'look at kubectl api-resources for its name',
  },
  'unknown-verb': {
    meaning: 'no such verb is known for the resource: only rules that name it to the letter, or *, are found',
    remedy: 'the usual ones are get, list, watch, create, update, patch, delete and deletecollection',
  },
  'namespace-dropped': {
    meaning: 'the resource belongs to no namespace, so the question is cluster-wide',
    remedy: 'leave the namespace out',
  },
} as const satisfies Readonly<Record<string, { readonly meaning: string; readonly remedy: string }>>;

export type CaveatCode = keyof typeof CAVEATS;

/** Why an answer may not be the whole truth. */
export interface Caveat {
  readonly code: CaveatCode;
  readonly message: string;
}

export function caveatOf(code: CaveatCode, message: string = CAVEATS[code].meaning): Caveat {
  return { code, message };
}
