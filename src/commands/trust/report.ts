import { toAscii } from '../../json/quote.ts';
import type { Paint } from '../../terminal/paint.ts';
import type { Proved } from '../../trust/fix/proof.ts';
import type { TrustFix } from '../../trust/fix.ts';
import { type PolicyProblem, showPlain } from '../../trust/policy/problem.ts';
import type { TrustRequest } from '../../trust/request.ts';
import type { TrustVerdict } from '../../trust/verdict.ts';
import { renderVerdict } from './render-verdict.ts';

/** What `trust eval` has found out. */
export interface Evaluation {
  readonly request: TrustRequest;
  /** What was taken for granted, for people. */
  readonly notes: readonly string[];
  readonly verdict: TrustVerdict;
  readonly fix: TrustFix | undefined;
  /** For a policy that takes any audience. */
  readonly tightening: Proved | undefined;
  readonly fromToken: boolean;
}

/** Said each time: a verdict about less than everything must not look like one about everything. */
function listLimits(fromToken: boolean): readonly string[] {
  const token = 'the token was only decoded: iam-bridge verify judges its signature, times and audience';
  const others =
    'resource control policies of an organisation can still deny; permission boundary and session policy come later';
  return fromToken ? [token, others] : [others];
}

/** For people. */
export function renderEvaluation(
  { request, notes, verdict, fix, tightening, fromToken }: Evaluation,
  paint: Paint,
): string {
  const { provider, token } = request;
  const remarks = [...notes, ...listLimits(fromToken)].map((note) => paint('quiet', `Note: ${note}.`));
  const facts = [
    ['caller', showPlain(token.sub)],
    ['audience', showPlain(token.audience)],
    ['provider', showPlain(provider.arn)],
  ].map(([name = '', value]) => `${paint('quiet', name.padEnd(8))}  ${value}`);
  const parts = [
    facts.join('\n'),
    renderVerdict(verdict, paint).trimEnd(),
    ...(fix === undefined ? [] : [renderProved(describeFix(fix), fix, paint)]),
    ...(tightening === undefined ? [] : [renderProved(TIGHTER, tightening, paint)]),
    remarks.join('\n'),
  ];
  return `${parts.join('\n\n')}\n`;
}

const TIGHTER = 'A tighter policy, which shuts out tokens of other audiences:';

function describeFix({ role, verdict }: TrustFix): string {
  const does =
    verdict.decision === 'allow' ? 'lets this caller in' : 'leaves it to facts that only AWS knows';
  return role === 'same'
    ? `A policy that ${does}, and is the same to everybody else:`
    : `A policy for a role of its own, which ${does}:`;
}

function renderProved(title: string, { text, changes }: Proved, paint: Paint): string {
  return [
    paint('title', title),
    ...changes.map((change) => `  ${paint('good', '→')} ${change}`),
    '',
    paint('command', toAscii(text)),
  ].join('\n');
}

/** For programs; never anything of the token but what the policy was asked about. */
export function toJson(
  report:
    | { readonly kind: 'invalid'; readonly problems: readonly PolicyProblem[] }
    | { readonly kind: 'verdict'; readonly evaluation: Evaluation },
): string {
  return `${JSON.stringify(toDocument(report), null, 2)}\n`;
}

function toDocument(report: Parameters<typeof toJson>[0]): unknown {
  if (report.kind === 'invalid') return { decision: 'invalid', problems: report.problems };
  const { request, notes, verdict, fix, tightening, fromToken } = report.evaluation;
  const { provider, token } = request;
  return {
    ...verdict,
    caller: { sub: token.sub, audience: token.audience, provider },
    notes: [...notes, ...listLimits(fromToken)],
    ...(fix === undefined ? {} : { fix: { role: fix.role, ...toEntry(fix) } }),
    ...(tightening === undefined ? {} : { tightening: toEntry(tightening) }),
  };
}

function toEntry({ changes, text }: Proved): {
  readonly changes: readonly string[];
  readonly policy: unknown;
} {
  return { changes, policy: JSON.parse(text) };
}
