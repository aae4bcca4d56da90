import { quoteValue } from '../../json/quote.ts';
import type { Paint, Style } from '../../terminal/paint.ts';
import { toStsError } from '../../web-identity/sts/errors.ts';
import type { StsVerdict } from '../../web-identity/sts/verdict.ts';
import type { TokenClaims } from '../../web-identity/token/claims.ts';
import { classOf, type RefusalCode, stsAnswerOf } from '../../web-identity/token/refusals.ts';
import type { Check, Verdict } from '../../web-identity/token/verdict.ts';

export interface Verification {
  readonly verdict: Verdict;
  readonly checks: readonly Check[];
  /** Where the whole answer of STS was asked for. */
  readonly sts: StsVerdict | undefined;
}

const MARKS: Readonly<Record<Check['outcome'], readonly [mark: string, style: Style]>> = {
  passed: ['✔', 'good'],
  failed: ['✘', 'bad'],
  warned: ['!', 'warning'],
  skipped: ['–', 'quiet'],
};
const ORIGINS = { documented: 'documented', captured: 'captured', ours: 'ours' } as const;

export function renderText({ verdict, checks, sts }: Verification, paint: Paint): string {
  const width = Math.max(...checks.map(({ rule }) => rule.length));
  const lines = checks.map(({ rule, origin, outcome, detail }) => {
    const [mark, style] = MARKS[outcome];
    const shown = outcome === 'skipped' ? paint('quiet', detail) : detail;
    return `${paint(style, mark)} ${rule.padEnd(width)}  ${paint('quiet', ORIGINS[origin].padEnd(10))}  ${shown}`;
  });
  const answer = isKnown(verdict) ? renderSts(sts, paint) : [NOT_KNOWN];
  return `${[...lines, '', ...renderVerdict(verdict, paint), ...answer].join('\n')}\n`;
}

/** Whether nobody has seen the issuer's keys: AWS may see them, and then answers otherwise. */
export function isWithoutKeys(code: RefusalCode): boolean {
  return code === 'keys-unavailable' || code === 'keys-out-of-reach';
}

/** Where the keys were not seen, there is nothing to say of what AWS sees. */
const NOT_KNOWN = 'What AWS STS says to such a token is not known: it may be able to read the keys.';

function isKnown(verdict: Verdict): boolean {
  return verdict.kind === 'accepted' || !isWithoutKeys(verdict.code);
}

function renderVerdict(verdict: Verdict, paint: Paint): string[] {
  if (verdict.kind === 'accepted') {
    const { sub, iss } = verdict.claims;
    return [`${paint('good', 'accepted')}: ${quoteValue(sub)} of ${quoteValue(iss)}`];
  }
  const { rule, code, detail } = verdict;
  const refused = `${paint('bad', 'refused')} by ${rule} (${code}, ${classOf(code)}): ${detail}`;
  if (!isKnown(verdict)) return [refused];
  if (stsAnswerOf(code) === undefined) return [refused, 'AWS STS is not known to refuse for this.'];
  const { code: name, status, message } = toStsError(verdict);
  return [refused, `AWS STS says to such a token: ${name} (HTTP ${status}): ${message}`];
}

function renderSts(sts: StsVerdict | undefined, paint: Paint): string[] {
  if (sts === undefined) return [];
  if (sts.kind === 'granted') {
    const { role, durationSeconds } = sts;
    return [`${paint('good', 'granted')}: AWS STS would give ${role.arn} for ${durationSeconds} s`];
  }
  const { code, status, message } = sts.error;
  return [
    `${paint('bad', 'denied')}: AWS STS would answer ${code} (HTTP ${status}): ${message}`,
    `What it does not say: ${sts.reason}`,
  ];
}

/** The same as one JSON document. Like the text it shows claims and never the token. */
export function renderJson({ verdict, checks, sts }: Verification): string {
  const refusal = verdict.kind === 'refused' ? { ...verdict, class: classOf(verdict.code) } : undefined;
  const shown = {
    accepted: verdict.kind === 'accepted',
    ...(verdict.kind === 'accepted' && {
      kid: verdict.kid,
      claims: toShownClaims(verdict.claims),
      warnings: verdict.warnings,
    }),
    ...(refusal && {
      refusal,
      ...(isKnown(verdict) && stsAnswerOf(refusal.code) && { stsAnswer: toStsError(refusal) }),
    }),
    ...(sts && isKnown(verdict) && { sts: toShownSts(sts) }),
    checks,
  };
  return `${JSON.stringify(shown, null, 2)}\n`;
}

function toShownClaims({ all: _, ...claims }: TokenClaims): Omit<TokenClaims, 'all'> {
  return claims;
}

function toShownSts(sts: StsVerdict): object {
  if (sts.kind === 'refused')
    return { granted: false, error: sts.error, reason: sts.reason, trust: sts.trust };
  const { role, provider, roleSessionName, durationSeconds } = sts;
  return { granted: true, role: role.arn, provider: provider.arn, roleSessionName, durationSeconds };
}
