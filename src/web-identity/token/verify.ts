import { readClaims } from './claims.ts';
import { createExamination, type Examination, type VerifyOptions } from './examination.ts';
import type { Rule } from './rule.ts';
import { RULES, type RuleName } from './rules.ts';
import type { Check, RuleFinding, Verdict } from './verdict.ts';

/**
 * Judges a token: the first rule that fails decides. Under `aws` rules that are ours alone become warnings.
 *
 * Waits for a key only where the finder has to, and else for the signature alone. Never rejects, whatever the token is; a
 * finder that keeps its word does not either. Nothing of a verdict can be used as a token.
 */
export async function verifyToken(raw: string, options: VerifyOptions): Promise<Verdict> {
  const examination = createExamination(raw, options);
  const warnings: RuleFinding[] = [];
  for (const rule of RULES) {
    const outcome = rule.check(examination);
    const fault = outcome instanceof Promise ? await outcome : outcome;
    if (fault === undefined) continue;
    const finding = { rule: rule.name, ...fault };
    if (!isWarning(rule, options)) return { kind: 'refused', ...finding };
    warnings.push(finding);
  }
  return toVerdict(examination, warnings);
}

/** The same verdict, and every rule with what it saw, in order; also those after the one that decided. */
export async function inspectToken(
  raw: string,
  options: VerifyOptions,
): Promise<{ readonly verdict: Verdict; readonly checks: readonly Check[] }> {
  const examination = createExamination(raw, options);
  const met = new Set<string>();
  const checks: Check[] = [];
  const warnings: RuleFinding[] = [];
  let refusal: RuleFinding | undefined;
  for (const rule of RULES) {
    const { name, origin } = rule;
    const missing = rule.needs.find((need) => !met.has(need));
    if (missing !== undefined) {
      checks.push({ rule: name, origin, outcome: 'skipped', detail: `needs ${missing}` });
      continue;
    }
    const fault = await rule.check(examination);
    if (fault === undefined) {
      met.add(name);
      checks.push({ rule: name, origin, outcome: 'passed', detail: rule.see(examination) });
      continue;
    }
    const finding = { rule: name, ...fault };
    const warned = isWarning(rule, options);
    if (warned) warnings.push(finding);
    else refusal ??= finding;
    const { code, detail } = fault;
    checks.push({ rule: name, origin, outcome: warned ? 'warned' : 'failed', detail, code });
  }
  const verdict = refusal ? ({ kind: 'refused', ...refusal } as const) : toVerdict(examination, warnings);
  return { verdict, checks };
}

function isWarning({ origin }: Rule, { profile }: VerifyOptions): boolean {
  return origin === 'ours' && profile === 'aws';
}

function toVerdict({ payload, key }: Examination, warnings: readonly RuleFinding[]): Verdict {
  const claims = readClaims(payload.record);
  if (claims !== undefined && key !== undefined) {
    return { kind: 'accepted', claims, kid: key.kid, warnings };
  }
  // No token comes here while the rules are what they are; if one ever does, it is not accepted.
  const rule: RuleName = 'required-claims';
  return { kind: 'refused', rule, code: 'claim-malformed', detail: 'a claim is not what the rules demand' };
}
