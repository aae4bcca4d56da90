import type { Finding, Severity } from '../base/finding.ts';
import type { TextPlace } from '../json/locate.ts';

/** A finding in a document, and where in its text that is. */
export interface PlacedFinding<Code extends string = string, Level extends Severity = Severity>
  extends Finding<Code, Level> {
  readonly place: TextPlace;
}

/** What SARIF needs to know besides the findings. */
export interface SarifOptions<Code extends string> {
  /** As it was given: a path, or `-` for standard input. */
  readonly file: string;
  /** Of this program. */
  readonly version: string;
  /** What each code is about, a sentence. */
  readonly texts: Readonly<Record<Code, string>>;
}

const SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';

const LEVELS = {
  critical: 'error',
  error: 'error',
  high: 'error',
  warning: 'warning',
  medium: 'warning',
  low: 'note',
} as const satisfies Record<Severity, string>;

/** What code scanners rank by: the middle of each band of CVSS. */
const SCORES: Readonly<Record<Severity, string>> = {
  critical: '9.5',
  error: '8.0',
  high: '8.0',
  warning: '5.5',
  medium: '5.5',
  low: '2.0',
};

/** One that is of no text has its logical place alone. */
type LocatedFinding<Code extends string = string> = Finding<Code> & { readonly place?: TextPlace };

/** The findings as one SARIF 2.1.0 log (OASIS), JSON. */
export function renderSarif<Code extends string>(
  findings: readonly LocatedFinding<Code>[],
  { file, version, texts }: SarifOptions<Code>,
): string {
  const codes = [...new Set(findings.map(({ code }) => code))].toSorted();
  const rules = codes.map((code) => toRule(code, texts[code], findings));
  const run = {
    tool: { driver: { name: 'iam-bridge', version, rules } },
    columnKind: 'utf16CodeUnits',
    results: findings.map((finding) => toResult(finding, codes, toUri(file))),
  };
  return `${JSON.stringify({ $schema: SCHEMA, version: '2.1.0', runs: [run] }, null, 2)}\n`;
}

/** The findings come worst first: the first of a rule says how bad it can be here. */
function toRule(code: string, text: string, findings: readonly LocatedFinding[]): unknown {
  const first = findings.find((finding) => finding.code === code);
  const severity = first?.severity ?? 'low';
  return {
    id: code,
    shortDescription: { text },
    help: { text: `${text} Remedy: ${first?.remedy ?? ''}.` },
    defaultConfiguration: { level: LEVELS[severity] },
    properties: { tags: ['security', 'aws', 'iam', 'kubernetes'], 'security-severity': SCORES[severity] },
  };
}

function toResult(
  { code, severity, where, what, remedy, place }: LocatedFinding,
  codes: readonly string[],
  uri: string,
): unknown {
  return {
    ruleId: code,
    ruleIndex: codes.indexOf(code),
    level: LEVELS[severity],
    message: { text: `${what}. Remedy: ${remedy}.` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri },
          ...(place && { region: { startLine: place.line, startColumn: place.column } }),
        },
        logicalLocations: [{ fullyQualifiedName: where === '' ? '/' : where }],
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
