import { sortFindings } from '../base/finding.ts';
import type { RbacIndex } from './bindings-index.ts';
import { createDefaults } from './defaults/defaults.ts';
import { type RbacFinding, toHousekeeping } from './findings/finding.ts';
import { findDuplicates, findIdleBindings } from './findings/housekeeping/bindings.ts';
import type { KnownResources } from './findings/housekeeping/dead-resources.ts';
import { findStrayGroups, type MappedGroups } from './findings/housekeeping/groups.ts';
import { findOddRoles } from './findings/housekeeping/roles.ts';
import { findDeadRules } from './findings/housekeeping/rules.ts';
import { findRisks } from './findings/risk-findings.ts';

export interface FindingOptions {
  readonly resources: KnownResources;
  /** Absent: no mappings are known, and nothing is said of groups. */
  readonly mapped?: MappedGroups;
}

/**
 * Rights that are more than they say, and what is not as somebody meant it; the worst first. What every API server makes by
 * itself is left out, where it is to the letter what that makes.
 */
export function findRbacFindings(
  index: RbacIndex,
  { resources, mapped }: FindingOptions,
): readonly RbacFinding[] {
  const defaults = createDefaults();
  return sortFindings([
    ...findRisks(index, defaults),
    ...index.problems.map(({ object, problem }) => toHousekeeping('object-left-out', object, problem)),
    ...findIdleBindings(index, defaults),
    ...findDuplicates(index),
    ...findOddRoles(index, defaults),
    ...findDeadRules(index, resources, defaults),
    ...(mapped === undefined ? [] : findStrayGroups(index, mapped)),
  ]);
}
