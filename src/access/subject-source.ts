import type { NeverReason } from './deciding-place.ts';
import { describeEntryRef, type EntryRef } from './entry-ref.ts';
import { describeExceptions, type Exception } from './exceptions.ts';

/** Who can be a subject of RBAC. */
export type SubjectSource =
  /**
   * Whoever an entry of the mappings is for, where that entry decides; `template` where the name depends on the session or
   * the like, `userId` where the entry asks for one, `unless` for whom else something else decides, `never` where the entry
   * makes nobody of anybody.
   */
  | {
      readonly kind: 'mapping';
      readonly entry: EntryRef;
      readonly userId?: string;
      readonly template?: string;
      readonly unless?: readonly Exception[];
      readonly never?: NeverReason;
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

/** For people, a line. */
export function describeSource(source: SubjectSource): string {
  switch (source.kind) {
    case 'mapping':
      return describeMapped(source);
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

function describeMapped({
  entry,
  userId,
  template,
  unless = [],
  never,
}: SubjectSource & { readonly kind: 'mapping' }): string {
  const id = userId === undefined || userId === entry.arn ? '' : ` with the unique id ${userId}`;
  const whom = template === undefined ? '' : ` (as ${template})`;
  const dead = never === undefined ? '' : `, which never matches (${never})`;
  return `${entry.arn ?? 'nobody'}${id} by ${describeEntryRef(entry)}${whom}${describeExceptions(unless)}${dead}`;
}
