import type { BoundRole, RbacIndex } from '../../bindings-index.ts';
import type { Defaults } from '../../defaults/defaults.ts';
import type { Subject } from '../../objects.ts';
import { describeRef, toRefKey } from '../../refs.ts';
import { describeBound, type RbacFinding, toHousekeeping } from '../finding.ts';

/** Bindings that give nothing, or to nobody. */
export function findIdleBindings(index: RbacIndex, defaults: Defaults): readonly RbacFinding[] {
  const { accounts } = index.objects;
  const known = new Set(accounts.map(({ namespace, name }) => `${namespace}/${name}`));
  // A cluster never is without any: then nobody listed them.
  const isMissing = ({ kind, namespace, name }: Subject): boolean =>
    kind === 'ServiceAccount' && known.size > 0 && !known.has(`${namespace}/${name}`);
  return index.bindings.flatMap((bound) => {
    const where = describeRef(bound.binding);
    const { subjects } = bound.binding;
    const missing = subjects.filter((subject) => isMissing(subject) && !defaults.isBond(bound, subject));
    return [
      ...(bound.role === undefined ? [toDangling(where, bound)] : []),
      ...(subjects.length === 0 && !defaults.isEmptyBinding(bound) ? [toEmpty(where, bound)] : []),
      ...missing.map((subject) =>
        toHousekeeping('missing-account', where, `there is no ${describeRef(subject)}, and it is bound`),
      ),
    ];
  });
}

function toDangling(where: string, { binding }: BoundRole): RbacFinding {
  return toHousekeeping(
    'dangling-role-ref',
    where,
    `it gives ${describeRef(binding.role)}, which is not there`,
  );
}

function toEmpty(where: string, { binding }: BoundRole): RbacFinding {
  return toHousekeeping('no-subjects', where, `it gives ${describeRef(binding.role)} to nobody`);
}

/** Bindings that say again what another says, for the same place or for all. */
export function findDuplicates(index: RbacIndex): readonly RbacFinding[] {
  const first = new Map<string, BoundRole>();
  const findings: RbacFinding[] = [];
  // Those of the cluster stand first, so that a RoleBinding finds what makes it needless.
  for (const bound of index.bindings) {
    const { namespace, role, subjects } = bound.binding;
    for (const subject of subjects) {
      const what = `${toRefKey(role)} ${toRefKey(subject)}`;
      const other = first.get(` ${what}`) ?? first.get(`${namespace ?? ''} ${what}`);
      if (other === undefined) first.set(`${namespace ?? ''} ${what}`, bound);
      else if (other !== bound) findings.push(toDuplicate(bound, other, subject));
    }
  }
  return findings;
}

function toDuplicate({ binding }: BoundRole, other: BoundRole, subject: Subject): RbacFinding {
  const what = `it gives ${describeRef(subject)} what ${describeBound(other)} gives already`;
  return toHousekeeping('duplicate-grant', describeRef(binding), what);
}
