import type { PolicyRule } from '../../objects.ts';
import { describeName } from '../../refs.ts';

/** Which resources there are, as far as somebody knows. */
export interface KnownResources {
  /** Undefined: nobody knows what is in that group. */
  readonly has: (group: string, resource: string) => boolean | undefined;
  /** The resource that goes by this name, or nearly; undefined where none does. */
  readonly suggest: (name: string) => { readonly group: string; readonly resource: string } | undefined;
}

/** Resources that none of the groups of a rule has, where all those groups are known. */
export function findDeadResources(
  { apiGroups = [], resources = [] }: PolicyRule,
  known: KnownResources,
): readonly string[] {
  // Those are told of by themselves.
  const groups = apiGroups.filter((group) => group !== 'core' && !group.includes('/'));
  if (groups.length === 0) return [];
  const bases = resources.map((resource) => resource.split('/')[0] ?? '');
  return [...new Set(bases)].flatMap((base) => {
    if (base === '' || base.includes('*') || base !== base.toLowerCase()) return [];
    if (groups.some((group) => known.has(group, base) !== false)) return [];
    return [`there is no resource ${describeName(base)} in ${describeGroups(groups)}${toHint(base, known)}`];
  });
}

function describeGroups(groups: readonly string[]): string {
  const names = groups.map((group) => (group === '' ? 'the core group' : describeName(group)));
  return names.length > 3 ? 'any group of the rule' : names.join(' or ');
}

function toHint(name: string, known: KnownResources): string {
  const meant = known.suggest(name);
  if (meant === undefined) return '';
  if (meant.resource !== name) return `: did you mean ${meant.resource}?`;
  return `: it is in ${meant.group === '' ? 'the core group, ""' : meant.group}`;
}
