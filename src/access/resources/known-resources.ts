import type { KnownResources } from '../../rbac/findings/housekeeping/dead-resources.ts';
import type { Catalogue } from './catalogue.ts';

/** A catalogue, as findings of RBAC ask it. */
export function toKnownResources({ resources, find, findNearest }: Catalogue): KnownResources {
  const groups = new Set(resources.map(({ group }) => group));
  return {
    has: (group, resource) => (groups.has(group) ? find(resource, group)?.resource === resource : undefined),
    suggest: (name) => {
      const found = find(name) ?? find(findNearest(name) ?? '');
      return found && { group: found.group, resource: found.resource };
    },
  };
}
