import type { AnyEntry } from '../mapping/entry.ts';
import type { BackendName } from '../mapping/mapper.ts';
import type { MappingSource } from '../mapping/mapping-source.ts';
import { toPermissionSetArn } from '../mapping/principal-arn.ts';

/** A place in the mappings that gives a user or a group, as every answer tells it. */
export interface EntryRef {
  /** Where it was read: `aws-auth of the cluster` or of the snapshot, or the path of a file. */
  readonly source: string;
  readonly backend: BackendName;
  /** Such as `mapRoles[3]`, `mapAccounts` or the name of an IAMIdentityMapping. */
  readonly entry: string;
  /** In the text of its section, from 1. */
  readonly line?: number;
  /** Whom it is for, as it was typed. */
  readonly arn?: string;
}

export function toEntryRef({ where, backend }: MappingSource, entry: AnyEntry): EntryRef {
  const place = entry.place();
  const arn = toArn(entry);
  return {
    source: where,
    backend: backend.name,
    entry: entry.label,
    ...(place && { line: place.line }),
    ...(arn !== undefined && { arn }),
  };
}

/** @param account whose principals it maps */
export function toAccountRef({ where, backend }: MappingSource, account: string): EntryRef {
  return { source: where, backend: backend.name, entry: 'mapAccounts', arn: `every principal of ${account}` };
}

function toArn(entry: AnyEntry): string | undefined {
  const principal = entry.kind === 'good' ? entry.principal : entry.claims[0];
  if (principal?.permissionSet !== undefined) return `${toPermissionSetArn(principal.permissionSet)}*`;
  return principal?.arn ?? principal?.userId;
}

/** `aws-auth of the cluster, mapRoles[3], line 14`. */
export function describeEntryRef({ source, entry, line }: EntryRef): string {
  return `${source}, ${entry}${line === undefined ? '' : `, line ${line}`}`;
}
