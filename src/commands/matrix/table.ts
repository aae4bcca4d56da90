import type { MatrixRow } from '../../access/matrix.ts';
import type { Caveat } from '../../rbac/caveats.ts';
import type { ObjectRef, RoleKind, Subject } from '../../rbac/objects.ts';
import type { toIdentityData } from '../access/data.ts';

/** `n/a`: the API has no such request; `unknown`: nobody can tell. */
export type Cell = 'yes' | 'no' | 'n/a' | 'unknown';

/** Whose row it is, where a table has several. */
export interface RowOwner {
  readonly subject?: Subject;
  readonly role?: ObjectRef<RoleKind>;
}

/** A row with its answers, in the order of the columns. */
export interface TableRow extends RowOwner, Omit<MatrixRow, 'questions'> {
  readonly cells: readonly Cell[];
}

export interface Table {
  /** Verbs. */
  readonly columns: readonly string[];
  readonly rows: readonly TableRow[];
  readonly caveats: readonly Caveat[];
  readonly source: string;
  /** Of namespaced resources; undefined: cluster-wide. */
  readonly namespace: string | undefined;
  /** Whose rights these are, where they are somebody's. */
  readonly identity?: ReturnType<typeof toIdentityData>;
}

/** For programs: the cells of a row by their verbs. */
export function toTableData({ columns, rows, caveats, source, namespace, identity }: Table): object {
  return {
    ...(identity && { identity }),
    ...(namespace !== undefined && { namespace }),
    columns,
    rows: rows.map(({ cells, ...row }) => ({
      ...row,
      cells: Object.fromEntries(columns.map((verb, place) => [verb, cells[place]])),
    })),
    caveats,
    source,
  };
}
