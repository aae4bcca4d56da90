import type { Severity } from '../../base/finding.ts';
import { RULES, type RuleId } from '../lint/rules.ts';
import type { PlacedFinding } from './lint.ts';

/** What SARIF needs to know besides the findings. */
export interface SarifOptions {
  /** As it was given: a path, or `-` for standard input. */
  readonly file: string;
  /** Of this program. */
  readonly version: string;
}

const SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';

const LEVELS = { critical: 'error', high: 'error', medium: 'warning', low: 'note' } as const;

/** What code scanners rank by: the middle of each band of CVSS. */
const SCORES: Readonly<Record<Severity, string>> = {
  critical: '9.5',
  high: '8.0',
  medium: '5.5',
  low: '2.0',
};

/** The findings as one SARIF 2.1.0 log (OASIS), JSON. */
export function renderSarif(findings: readonly PlacedFinding[], { file, version }: SarifOptions): string {
  const rules = [...new Set(findings.map(({ id }) => id))].toSorted();
  const run = {
    tool: { driver: { name: 'iam-bridge', version, rules: rules.map((id) => toRule(id, findings)) } },
    columnKind: 'utf16CodeUnits',
    results: findings.map((finding) => toResult(finding, rules, toUri(file))),
  };
  return `${JSON.stringify({ $schema: SCHEMA, version: '2.1.0', runs: [run] }, null, 2)}\n`;
}

/** The findings come worst first: the first of a rule says how bad it can be here. */
function toRule(id: RuleId, findings: readonly PlacedFinding[]): unknown {
  const first = findings.find((finding) => finding.id === id);
  const severity = first?.severity ?? 'low';
  return {
    id,
    shortDescription: { text: RULES[id] },
    help: { text: `${RULES[id]} Remedy: ${first?.remedy ?? ''}.` },
    defaultConfiguration: { level: LEVELS[severity] },
    properties: { tags: ['security', 'aws', 'iam', 'kubernetes'], 'security-severity': SCORES[severity] },
  };
}

function toResult(
  { id, severity, pointer, message, remedy, place }: PlacedFinding,
  rules: readonly RuleId[],
  uri: string,
): unknown {
  return {
    ruleId: id,
    ruleIndex: rules.indexOf(id),
    level: LEVELS[severity],
    message: { text: `${message}. Remedy: ${remedy}.` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri },
          region: { startLine: place.line, startColumn: place.column },
        },
        logicalLocations: [{ fullyQualifiedName: pointer === '' ? '/' : pointer }],
      },
    ],
  };
}

/** A relative reference stays one, so that a scanner finds the file in its checkout (section 3.4.3). */
function toUri(file: string): string {
  if (file === '-') return 'stdin';
  const path = file.replaceAll('\\', '/').split('/').map(encodeURIComponent).join('/');
  return path.startsWith('/') ? `file://${path}` : path;
}
