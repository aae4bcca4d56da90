import type { RbacSeverity } from '../../rbac/findings/finding.ts';
import type { OutputFormat, SourceOptions } from '../access/options.ts';

/** The worst first. */
export const RBAC_SEVERITIES: readonly RbacSeverity[] = ['critical', 'high', 'medium', 'low'];

export interface FindingsOptions extends Omit<SourceOptions, 'output'> {
  readonly min: RbacSeverity;
  readonly failOn?: RbacSeverity;
  readonly exclude?: readonly string[];
  readonly output?: OutputFormat | 'sarif';
}
