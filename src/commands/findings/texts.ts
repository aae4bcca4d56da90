import type { RbacCode } from '../../rbac/findings/finding.ts';
import { HOUSEKEEPING, type HousekeepingCode } from '../../rbac/findings/housekeeping.ts';
import { RISKS, type RiskCode } from '../../rbac/findings/risks.ts';

const RISK_CODES = Object.keys(RISKS) as RiskCode[];
const HOUSEKEEPING_CODES = Object.keys(HOUSEKEEPING) as HousekeepingCode[];

/** What each code is about, a sentence. */
export const TEXTS: Readonly<Record<RbacCode, string>> = Object.fromEntries([
  ...RISK_CODES.map((code) => [code, `Somebody may ${RISKS[code].may}: ${RISKS[code].why}.`]),
  ['everyone', 'Rights that are more than they say are bound to everybody of a kind.'],
  ...HOUSEKEEPING_CODES.map((code) => [code, HOUSEKEEPING[code].meaning]),
]);

/** Codes of what is there; the others are of what is missing, so that they need RBAC whole. */
export function isOfPresence(code: RbacCode): boolean {
  return code === 'everyone' || code === 'object-left-out' || Object.hasOwn(RISKS, code);
}
