import { findMappedGroups } from '../../access/mapped-groups.ts';
import { toKnownResources } from '../../access/resources/known-resources.ts';
import { isAtLeast } from '../../base/finding.ts';
import type { RbacFinding } from '../../rbac/findings/finding.ts';
import { findRbacFindings } from '../../rbac/findings.ts';
import { createPaint } from '../../terminal/paint.ts';
import { renderSarif } from '../../terminal/sarif.ts';
import { showText } from '../../terminal/show.ts';
import { type AccessFacts, listGapCaveats } from '../access/facts.ts';
import { printData } from '../access/print.ts';
import { checkSource } from '../access/request.ts';
import { withFacts } from '../access/session.ts';
import { note } from '../diagnostics.ts';
import type { ExitCode, Surroundings } from '../surroundings.ts';
import { readVersion } from '../version.ts';
import { type Exclusion, readExclusions } from './exclusions.ts';
import type { FindingsOptions } from './options.ts';
import { type FindingsReport, renderReport } from './render.ts';
import { isOfPresence, TEXTS } from './texts.ts';

/** `iam-bridge findings`: 0 told, 1 something is as bad as --fail-on, 2 usage, 3 RBAC is not known whole. */
export async function runFindings(options: FindingsOptions, surroundings: Surroundings): Promise<ExitCode> {
  const { output: _, ...source } = options;
  const problems: string[] = [];
  checkSource(source, problems);
  const exclusions = readExclusions(options.exclude ?? [], problems);
  const wanted = { place: { kind: 'all' }, mappings: true, accounts: true } as const;
  const run = { command: 'findings', problems, options: source, wanted };
  return await withFacts(run, surroundings, (facts) => tell(exclusions, facts, options, surroundings));
}

async function tell(
  exclusions: readonly Exclusion[],
  facts: AccessFacts,
  options: FindingsOptions,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const { terminal } = surroundings;
  const caveats = listGapCaveats(facts);
  const all = await find(facts, caveats.length === 0);
  noteIdle(exclusions, all, surroundings);
  const kept = all.filter((finding) => !exclusions.some(({ excludes }) => excludes(finding)));
  const report = {
    findings: kept.filter(({ severity }) => isAtLeast(severity, options.min)),
    excluded: all.length - kept.length,
    caveats,
    source: facts.source,
  };
  await print(report, facts, options, surroundings);
  if (options.output === 'sarif')
    note(
      'findings',
      caveats.map(({ code, message }) => `${showText(message)} (${code})`),
      terminal,
    );
  const { failOn } = options;
  if (failOn !== undefined && kept.some(({ severity }) => isAtLeast(severity, failOn))) return 1;
  return caveats.length > 0 ? 3 : 0;
}

/** @param isWhole else nothing is said of what is missing: it may only be out of sight */
async function find(
  { index, catalogue, mappings }: AccessFacts,
  isWhole: boolean,
): Promise<readonly RbacFinding[]> {
  const mapped = await findMappedGroups(mappings);
  const resources = toKnownResources(catalogue);
  const found = findRbacFindings(index, { resources, ...(mapped && { mapped }) });
  return isWhole ? found : found.filter(({ code }) => isOfPresence(code));
}

/** What excludes nothing is out of date, or mistyped. */
function noteIdle(
  exclusions: readonly Exclusion[],
  findings: readonly RbacFinding[],
  { terminal }: Surroundings,
): void {
  const idle = exclusions.filter(({ excludes }) => !findings.some(excludes));
  note(
    'findings',
    idle.map(({ text }) => `--exclude ${showText(text)} leaves nothing out: there is no such finding`),
    terminal,
  );
}

async function print(
  report: FindingsReport,
  { kind, source }: AccessFacts,
  { output }: FindingsOptions,
  { terminal, screen }: Surroundings,
): Promise<void> {
  if (output === undefined) terminal.out(renderReport(report, createPaint(screen)));
  else if (output !== 'sarif') await printData(report, output, terminal);
  else {
    // A cluster is no file: scanners want some path all the same.
    const file = kind === 'snapshot' ? source : 'cluster';
    // Scanners show a result without its logical place.
    const findings = report.findings.map((each) => ({ ...each, what: `${each.where}: ${each.what}` }));
    terminal.out(renderSarif(findings, { file, version: await readVersion(), texts: TEXTS }));
  }
}
