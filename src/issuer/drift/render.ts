import { renderFinding } from '../../terminal/findings.ts';
import type { DriftReport } from './report.ts';

/** The report for people. */
export function renderDrift(report: DriftReport): string {
  const { issuer, findings, keys, signingKey, unseen } = report;
  const lines = [`issuer       ${issuer}`];
  if (signingKey !== undefined) lines.push(`signing key  ${printable(signingKey)}`);
  if (keys !== undefined) {
    const { same, missing, different, onlyPublic } = keys;
    lines.push(
      `keys         ${same.length} the same, ${missing.length} not public, ${different.length} different, ${onlyPublic.length} only public`,
    );
  }
  lines.push(...findings.flatMap((finding) => ['', ...renderFinding(finding)]));
  if (unseen.length > 0) lines.push('', 'could not be seen:', ...unseen.map((what) => `  ${what}`));
  lines.push('', SUMMARIES[report.outcome], '');
  return lines.join('\n');
}

const SUMMARIES = {
  none: 'No drift: the public sees the issuer that the cluster signs as.',
  warnings:
    'No drift: the public sees the issuer that the cluster signs as, and what is named above could be better.',
  drift: 'Drift: the public does not see the issuer that the cluster signs as.',
  unseen: 'Unknown: what could be seen is as it should be, and not all of it could.',
} as const satisfies Record<DriftReport['outcome'], string>;

/** A key id is somebody else's word: nothing in it may move a cursor. */
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, 256);
}
