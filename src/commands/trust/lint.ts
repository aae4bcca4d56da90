import { isAtLeast } from '../../base/finding.ts';
import { createPlaceFinder } from '../../json/locate.ts';
import { renderFinding, renderFindingsJson } from '../../terminal/findings.ts';
import { createPaint, type Paint, PLAIN } from '../../terminal/paint.ts';
import { type PlacedFinding, renderSarif } from '../../terminal/sarif.ts';
import { checkIssuer } from '../../trust/generate/inputs.ts';
import type { LintSeverity } from '../../trust/lint/rule.ts';
import { type LintCode, RULES } from '../../trust/lint/rules.ts';
import { lintPolicy, toFindings } from '../../trust/lint.ts';
import { showPlain } from '../../trust/policy/problem.ts';
import { readTrustPolicy } from '../../trust/policy.ts';
import { complain, note } from '../diagnostics.ts';
import type { ExitCode, Surroundings } from '../surroundings.ts';
import { readVersion } from '../version.ts';
import { readPolicyText } from './policy-file.ts';

export interface TrustLintOptions {
  readonly policy: string;
  readonly issuer?: readonly string[];
  readonly output?: string;
  readonly failOn: LintSeverity;
}

const COMMAND = 'trust lint';

/** `iam-bridge trust lint`: 0 nothing as bad as `--fail-on`, 1 something is, 2 a policy that IAM refuses, or usage. */
export async function runTrustLint(options: TrustLintOptions, surroundings: Surroundings): Promise<ExitCode> {
  const { policy: file, issuer: issuers = [], failOn } = options;
  const problems = issuers.flatMap((issuer) => checkIssuer(issuer).map((problem) => `--issuer ${problem}`));
  if (problems.length > 0) return complain(COMMAND, problems, surroundings.terminal, 2);
  const text = await readPolicyText(file, surroundings);
  if (text.kind === 'problem') return complain(COMMAND, [text.problem], surroundings.terminal, 2);
  const reading = readTrustPolicy(text.text);
  const { remark, text: json } = reading.source;
  if (remark !== undefined) note(COMMAND, [remark], surroundings.terminal);
  const places = createPlaceFinder(json);
  const found =
    reading.kind === 'invalid'
      ? toFindings(reading.problems)
      : lintPolicy(reading.policy, { issuers, notes: reading.notes });
  const findings = found.map((finding) => ({ ...finding, place: places.find(finding.where) }));
  surroundings.terminal.out(await render(findings, options, surroundings));
  if (reading.kind === 'invalid') return 2;
  return findings.some(({ severity }) => isAtLeast(severity, failOn)) ? 1 : 0;
}

async function render(
  findings: readonly PlacedFinding<LintCode>[],
  { policy: file, output }: TrustLintOptions,
  { screen }: Surroundings,
): Promise<string> {
  switch (output) {
    case 'sarif':
      return renderSarif(findings, { file, version: await readVersion(), texts: RULES });
    case 'json':
      return renderFindingsJson({ file, findings });
    default:
      return renderFindings(findings, file, createPaint(screen));
  }
}

/** Findings for people, and how many there are. */
export function renderFindings(
  findings: readonly PlacedFinding[],
  file: string,
  paint: Paint = PLAIN,
): string {
  if (findings.length === 0) return `${paint('good', '✔')} ${file}: nothing found\n`;
  const showWhere = ({ place: { line, column }, where }: PlacedFinding): string =>
    `${file}:${line}:${column}${where === '' ? '' : ` ${showPlain(where)}`}`;
  const lines = findings.flatMap((finding) => renderFinding(finding, { paint, showWhere }));
  const count = findings.length === 1 ? '1 finding' : `${findings.length} findings`;
  return `${[...lines, '', count].join('\n')}\n`;
}
