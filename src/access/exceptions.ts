import type { CallerIdentity } from '../aws/caller-identity.ts';
import type { EntryPrincipal } from '../mapping/entry.ts';
import type { MappingSource } from '../mapping/mapping-source.ts';
import { dropPermissionSetEnd, toLowerCase } from '../mapping/principal-arn.ts';
import { findWantedId, toComparedArn } from './entry-principal.ts';

/** For whom something else decides than the place that is told: what it leaves open, and others ask for. */
export type Exception =
  /** The one of a permission set's roles that has an entry of its own. */
  | { readonly arn: string }
  /** Whoever has this unique id. */
  | { readonly userId: string }
  /** Whoever this source has something for: which of them that is cannot be told. */
  | { readonly source: string };

/** Entries that ask for more than others do, by what those leave open. */
export interface Rivals {
  /** The unique ids that somebody asks for of an ARN; of any, where they name none: ''. */
  readonly ids: ReadonlyMap<string, readonly string[]>;
  /** ARNs of roles, by the beginning that all of their permission set have. */
  readonly roles: ReadonlyMap<string, readonly string[]>;
}

export function listRivals(sources: readonly MappingSource[]): Rivals {
  const ids: [of: string, id: string][] = [];
  const roles: [set: string, arn: string][] = [];
  for (const { entries, rules } of sources) {
    const all = entries.flatMap((entry): readonly EntryPrincipal[] =>
      entry.kind === 'good' ? [entry.principal] : entry.claims,
    );
    for (const principal of all) {
      const arn = principal.arn === undefined ? '' : toComparedArn(principal.arn);
      const id = findWantedId(principal, rules);
      if (id !== undefined) ids.push([arn, id]);
      const set = dropPermissionSetEnd(arn);
      if (set !== undefined) roles.push([set, arn]);
    }
  }
  return { ids: group(ids), roles: group(roles) };
}

function group(pairs: readonly (readonly [string, string])[]): ReadonlyMap<string, readonly string[]> {
  const groups = Map.groupBy(pairs, ([key]) => key);
  return new Map([...groups].map(([key, own]) => [key, [...new Set(own.map(([, value]) => value))]]));
}

/**
 * Those of whom somebody else than the asked one may be for all that is known.
 * @param decides whether the place that is told decides of a principal, too
 */
export function findExceptions(
  identity: CallerIdentity,
  isSet: boolean,
  { ids, roles }: Rivals,
  decides: (identity: CallerIdentity) => boolean,
): readonly Exception[] {
  const { canonicalArn, userId } = identity;
  const set = isSet ? dropPermissionSetEnd(canonicalArn) : undefined;
  const arns = set === undefined ? [] : (roles.get(set) ?? []);
  const wanted = userId === '' ? [toLowerCase(canonicalArn), ''].flatMap((arn) => ids.get(arn) ?? []) : [];
  return [
    ...arns.filter((arn) => !decides({ ...identity, canonicalArn: arn })).map((arn) => ({ arn })),
    ...wanted.filter((id) => !decides({ ...identity, userId: id })).map((id) => ({ userId: id })),
  ];
}

/** As many are told to people. */
const MOST = 3;

/** `, unless its unique id is AROA…`; '' where there is none. */
export function describeExceptions(exceptions: readonly Exception[]): string {
  if (exceptions.length === 0) return '';
  const more = exceptions.length > MOST ? `, or ${exceptions.length - MOST} more` : '';
  return `, unless ${exceptions.slice(0, MOST).map(describe).join(', or ')}${more}`;
}

function describe(exception: Exception): string {
  if ('arn' in exception) return `it is ${exception.arn}`;
  if ('userId' in exception) return `its unique id is ${exception.userId}`;
  return `${exception.source} has something for it`;
}
