import { SUBJECT_PREFIX } from '../../base/names/account.ts';
import { showPlain } from '../policy/problem.ts';
import type { LintSeverity } from './finding.ts';

/** How much a pattern of a subject lets in. */
export interface Breadth {
  readonly severity: LintSeverity;
  readonly who: string;
}

/** `*` takes colons, too: only a namespace that is named in full, colon included, is a boundary. */
export function measureBreadth(pattern: string): Breadth | undefined {
  const first = pattern.search(/[*?]/);
  if (first === -1) return undefined;
  const literal = pattern.slice(0, first);
  const namespace = /^system:serviceaccount:([^:]+):/.exec(literal)?.[1];
  if (namespace !== undefined) {
    return {
      severity: 'medium',
      who: `every ServiceAccount of namespace ${showPlain(namespace)} that fits, now and later`,
    };
  }
  if (literal.startsWith(SUBJECT_PREFIX) && literal.length > SUBJECT_PREFIX.length) {
    return { severity: 'high', who: 'every namespace whose name fits, and whoever may create one' };
  }
  const name = /:([a-z0-9][a-z0-9.-]*)$/.exec(pattern)?.[1];
  return name === undefined
    ? { severity: 'critical', who: 'every ServiceAccount of the cluster' }
    : { severity: 'high', who: `whoever may create a ServiceAccount ${name} in any namespace` };
}
