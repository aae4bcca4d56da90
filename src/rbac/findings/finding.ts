import type { Finding, Severity } from '../../base/finding.ts';
import type { BoundRole } from '../bindings-index.ts';
import type { Subject } from '../objects.ts';
import { describeRef } from '../refs.ts';
import { HOUSEKEEPING, type HousekeepingCode } from './housekeeping.ts';
import type { RiskCode } from './risks.ts';

export type RbacCode = RiskCode | 'everyone' | HousekeepingCode;
export type RbacSeverity = Extract<Severity, 'critical' | 'high' | 'medium' | 'low'>;

/** `where` is a subject or an object: `Group dev`, `Role team-a/reader`, `ClusterRole view, rules[2]`. */
export interface RbacFinding extends Finding<RbacCode, RbacSeverity> {
  /** Of whom it is, where it is of somebody. */
  readonly subject?: Subject;
}

const MOST_LISTED = 3;

/** `RoleBinding team-a/dev → ClusterRole edit` */
export function describeBound({ binding }: BoundRole): string {
  return `${describeRef(binding)} → ${describeRef(binding.role)}`;
}

export function listSome(texts: readonly string[], most: number = MOST_LISTED): string {
  const shown = texts.slice(0, most).join(', ');
  return texts.length > most ? `${shown} and ${texts.length - most} more` : shown;
}

/** What is said of an object, with severity and remedy of the table. */
export function toHousekeeping(code: HousekeepingCode, where: string, what: string): RbacFinding {
  const { severity, remedy } = HOUSEKEEPING[code];
  return { code, severity, where, what, remedy };
}
