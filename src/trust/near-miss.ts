import type { ConditionScope } from './judge/condition.ts';
import { CLAIM_KEYS } from './judge/keys.ts';
import { explainKey } from './near-miss/key.ts';
import type { Look } from './near-miss/look.ts';
import { VALUE_DETECTORS } from './near-miss/value.ts';
import type { Condition } from './policy/condition.ts';
import { toConditionPrefix } from './provider.ts';
import type { TrustRequest } from './request.ts';
import type { ConditionReport, NearMiss } from './verdict.ts';

/** Why a condition does not match, and what to write instead; undefined where it does, or where that is not known. */
export function explainCondition(
  condition: Condition,
  report: ConditionReport,
  scope: ConditionScope & { readonly request: TrustRequest },
): NearMiss | undefined {
  if (report.matches !== 'no') return undefined;
  const prefix = toConditionPrefix(scope.request.provider.url);
  const { context, version, request } = scope;
  const look: Look = {
    condition,
    report,
    request,
    context,
    version,
    prefix,
    claim: readClaim(condition.key, prefix),
  };
  if (report.actual === 'absent') return explainKey(condition.key, prefix);
  for (const detect of VALUE_DETECTORS) {
    const found = detect(look);
    if (found !== undefined) return found;
  }
  return undefined;
}

function readClaim(key: string, prefix: string): string | undefined {
  const name = key.toLowerCase();
  return CLAIM_KEYS.find((claim) => name === `${prefix.toLowerCase()}:${claim}`);
}
