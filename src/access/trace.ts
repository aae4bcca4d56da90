import { isAccountId, parseArn } from '../aws/arn.ts';
import type { AnyEntry, MappingEntry } from '../mapping/entry.ts';
import type { MappingSource } from '../mapping/mapping-source.ts';
import { dropRolePath, toCanonicalArn, toLowerCase } from '../mapping/principal-arn.ts';
import { findReserved } from '../mapping/render.ts';
import { readClearStart } from '../mapping/template.ts';
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
import { type DeadReason, findDeadReason } from './dead-entry.ts';
import { type EntryRef, toAccountRef, toEntryRef } from './entry-ref.ts';
import { toTemplatePattern } from './holes.ts';
import { fillHoles, type NamePattern } from './name-pattern.ts';
import type { Mappings } from './resolve.ts';

/** Who can be a subject of RBAC. */
export type SubjectSource =
  /**
   * Whoever an entry of the mappings is for; `template` where that depends on the session or the like, `never` where the
   * entry can match nobody.
   */
  | {
      readonly kind: 'mapping';
      readonly entry: EntryRef;
      readonly template?: string;
      readonly never?: DeadReason;
    }
  /** A ServiceAccount, with the IAM role that its pods get, if any. */
  | {
      readonly kind: 'account';
      readonly account: AccountName;
      /** Absent where nobody may look, or has. */
      readonly exists?: boolean;
      readonly roleArn?: string;
    }
  /** All ServiceAccounts, or those of a namespace. */
  | { readonly kind: 'accounts'; readonly namespace?: string; readonly count: number }
  /** Everybody whom the mappings map at all, each ServiceAccount, and whoever else logs in. */
  | { readonly kind: 'everybody' }
  /** Whoever reaches the API server and shows nothing. */
  | { readonly kind: 'strangers' }
  /** The principal that made an EKS cluster, which no object of the cluster shows. */
  | { readonly kind: 'cluster-creator' };

export interface AccountName {
  readonly namespace: string;
  readonly name: string;
}

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

export function createTracer({ mappings, accounts, isEks }: TraceFacts): Tracer {
  const users = createNames(mappings, 'User', ({ username }) => (username === '' ? [] : [username]));
  const groups = createNames(mappings, 'Group', (entry) => entry.groups);
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
        ...findAccounts(mappings, name),
      ];
    },
  };
}

interface Names {
  find(name: string): readonly SubjectSource[];
}

interface NamedSource {
  readonly name: string;
  readonly by: SubjectSource & { readonly kind: 'mapping' };
  /** What no username of the source may begin with. */
  readonly reserved: readonly string[];
}

/** Who gets a name, by the name: templates apart, since each of them has to be tried. */
function createNames(
  mappings: Mappings,
  kind: NamePattern['kind'],
  read: (entry: MappingEntry) => readonly string[],
): Names {
  const named = mappings.sources.flatMap((source) => listNamed(source, mappings, read));
  const exact = Map.groupBy(
    named.filter(({ name }) => !isTemplate(name)),
    ({ name }) => name,
  );
  const templates = named
    .filter(({ name }) => isTemplate(name))
    .map(({ name, by, reserved }) => {
      const pattern = toTemplatePattern(kind, name);
      const isRefused = (text: string): boolean =>
        kind === 'User' && by.never === undefined && findReserved(text, reserved) !== undefined;
      return {
        by: { ...by, template: name },
        becomes: (text: string) => fillHoles(pattern, text) !== undefined && !isRefused(text),
      };
    });
  return {
    find: (name) => [
      ...(exact.get(name) ?? []).map(({ by }) => by),
      ...templates.filter(({ becomes }) => becomes(name)).map(({ by }) => by),
    ],
  };
}

/** Each name that a source's entries give, once for each of them. */
function listNamed(
  source: MappingSource,
  { reservedPrefixes }: Mappings,
  read: (entry: MappingEntry) => readonly string[],
): readonly NamedSource[] {
  const reserved = reservedPrefixes.get(source.backend.name) ?? [];
  return source.entries.filter(isGood).flatMap((entry) => {
    const never = findDeadReason(entry, source.rules, reserved);
    const by = { kind: 'mapping', entry: toEntryRef(source, entry), ...(never && { never }) } as const;
    return [...new Set(read(entry))].map((name) => ({ name, by, reserved }));
  });
}

function isTemplate(name: string): boolean {
  return readClearStart(name) !== name;
}

function isGood(entry: AnyEntry): entry is MappingEntry {
  return entry.kind === 'good';
}

/** Principals of an account that is mapped as a whole are users by their ARNs, as `canonicalArn` of STS's word has them. */
function findAccounts({ sources, reservedPrefixes }: Mappings, user: string): readonly SubjectSource[] {
  // Of a session that is the ARN of its role, which has no path.
  const isCanonical = toCanonicalArn(user) === toLowerCase(user) && dropRolePath(user) === undefined;
  const account = isCanonical ? (parseArn(user)?.account ?? '') : '';
  if (!isAccountId(account)) return [];
  return sources
    .filter(({ accounts }) => accounts.has(account))
    .filter(({ backend }) => findReserved(user, reservedPrefixes.get(backend.name) ?? []) === undefined)
    .map((source) => ({ kind: 'mapping', entry: { ...toAccountRef(source, account), arn: user } }));
}

function readOwn(record: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

/** For people, a line. */
export function describeSource(source: SubjectSource): string {
  switch (source.kind) {
    case 'mapping': {
      const { entry, template, never } = source;
      const whom = template === undefined ? '' : ` (as ${template})`;
      const dead = never === undefined ? '' : `, which never matches (${never})`;
      return `${entry.arn ?? 'nobody'} by ${entry.entry}${whom}${dead}`;
    }
    case 'account': {
      const { account, exists, roleArn } = source;
      const role = roleArn === undefined ? '' : `, whose pods get ${roleArn}`;
      return `ServiceAccount ${account.namespace}/${account.name}${exists === false ? ', which is not there' : role}`;
    }
    case 'accounts': {
      const where = source.namespace === undefined ? 'all namespaces' : source.namespace;
      return `every ServiceAccount of ${where} (${source.count})`;
    }
    case 'everybody':
      return 'everybody who logs in';
    case 'strangers':
      return 'whoever reaches the API server without logging in';
    case 'cluster-creator':
      return 'whoever made the EKS cluster, too, which nothing in it shows';
  }
}
