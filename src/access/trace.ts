import { toRequestName } from '../rbac/bindings-index.ts';
import {
  ALL_ACCOUNTS,
  ANONYMOUS,
  AUTHENTICATED,
  MASTERS,
  parseAccountUser,
  UNAUTHENTICATED,
} from '../rbac/identity.ts';
import type { Account, Subject } from '../rbac/objects.ts';
import { createNames } from './mapped-names.ts';
import type { Mappings } from './resolve.ts';
import type { AccountName, SubjectSource } from './subject-source.ts';

export interface TraceFacts {
  readonly mappings: Mappings;
  /** Empty: nobody has looked. */
  readonly accounts: readonly Account[];
  readonly isEks: boolean;
}

/** Finds who can be a subject; made ready once for many subjects. */
export interface Tracer {
  trace(subject: Subject): readonly SubjectSource[];
}

/** The annotation of IRSA (Amazon EKS User Guide, "IAM roles for service accounts"). */
const ROLE_ANNOTATION = 'eks.amazonaws.com/role-arn';

/** Asks the mappings about each of their entries: what another place decides is no answer to who somebody is. */
export async function createTracer({ mappings, accounts, isEks }: TraceFacts): Promise<Tracer> {
  const { users, groups, traceAccountUser } = await createNames(mappings);
  // A cluster has accounts of its own, always.
  const areKnown = accounts.length > 0;
  const byName = new Map(accounts.map((account) => [`${account.namespace}/${account.name}`, account]));

  function traceAccount(account: AccountName): SubjectSource {
    const known = byName.get(`${account.namespace}/${account.name}`);
    const roleArn = known && readOwn(known.annotations, ROLE_ANNOTATION);
    return {
      kind: 'account',
      account,
      ...(areKnown && { exists: known !== undefined }),
      ...(roleArn !== undefined && { roleArn }),
    };
  }

  function traceGroup(name: string): readonly SubjectSource[] {
    const implied: SubjectSource[] = [];
    if (name === AUTHENTICATED) implied.push({ kind: 'everybody' });
    if (name === UNAUTHENTICATED) implied.push({ kind: 'strangers' });
    if (name === ALL_ACCOUNTS) implied.push({ kind: 'accounts', count: accounts.length });
    if (name.startsWith(`${ALL_ACCOUNTS}:`)) {
      const namespace = name.slice(ALL_ACCOUNTS.length + 1);
      const count = accounts.filter((each) => each.namespace === namespace).length;
      implied.push({ kind: 'accounts', namespace, count });
    }
    if (name === MASTERS && isEks) implied.push({ kind: 'cluster-creator' });
    return [...groups.find(name), ...implied];
  }

  return {
    trace(subject) {
      // A mapping may give the user name of an account, too.
      const name = toRequestName(subject);
      if (subject.kind === 'Group') return traceGroup(name);
      const account = parseAccountUser(name);
      return [
        ...(account === undefined ? [] : [traceAccount(account)]),
        ...(name === ANONYMOUS ? [{ kind: 'strangers' } as const] : []),
        ...users.find(name),
        ...traceAccountUser(name),
      ];
    },
  };
}

function readOwn(record: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
