import { isAtLeast, type Severity } from '../../base/finding.ts';
import { createPlaceFinder } from '../../json/locate.ts';
import { checkIssuer } from '../../trust/generate/inputs.ts';
import { lintPolicy, toFindings } from '../../trust/lint.ts';
import { readTrustPolicy } from '../../trust/policy.ts';
import { type PlacedFinding, renderFindings } from '../../trust/render/lint.ts';
import { renderSarif } from '../../trust/render/sarif.ts';
import type { ExitCode } from '../surroundings.ts';
import { readVersion } from '../version.ts';
import { readPolicyText } from './policy-file.ts';
import { refuseUsage, type TrustSurroundings } from './surroundings.ts';

export interface TrustLintOptions {
  readonly policy: string;
  readonly issuer?: readonly string[];
  readonly output?: string;
  readonly failOn: Severity;
}

const COMMAND = 'trust lint';

/** `iam-bridge trust lint`: 0 nothing as bad as `--fail-on`, 1 something is, 2 a policy that IAM refuses, or usage. */
export async function runTrustLint(
  options: TrustLintOptions,
  surroundings: TrustSurroundings,
): Promise<ExitCode> {
  const { policy: file, issuer: issuers = [], failOn } = options;
  const problems = issuers.flatMap((issuer) => checkIssuer(issuer).map((problem) => `--issuer ${problem}`));
  if (problems.length > 0) return refuseUsage(COMMAND, problems, surroundings);
  const text = await readPolicyText(file, surroundings);
  if (text.kind === 'problem') return refuseUsage(COMMAND, [text.problem], surroundings);
  const reading = readTrustPolicy(text.text);
  const places = createPlaceFinder(text.text);
  const found =
    reading.kind === 'invalid'
      ? toFindings(reading.problems)
      : lintPolicy(reading.policy, { issuers, notes: reading.notes });
  const findings = found.map((finding) => ({ ...finding, place: places.find(finding.pointer) }));
  surroundings.terminal.out(await render(findings, options, surroundings));
  if (reading.kind === 'invalid') return 2;
  return findings.some(({ severity }) => isAtLeast(severity, failOn)) ? 1 : 0;
}

async function render(
  findings: readonly PlacedFinding[],
  { policy: file, output }: TrustLintOptions,
  { paint }: TrustSurroundings,
): Promise<string> {
  switch (output) {
    case 'sarif':
      return renderSarif(findings, { file, version: await readVersion() });
    case 'json':
      return `${JSON.stringify({ file, findings }, null, 2)}\n`;
    default:
      return renderFindings(findings, file, paint);
  }
}
