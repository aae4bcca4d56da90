import { describe, expect, test } from 'vitest';
import { type Finding, SEVERITIES } from '../../src/base/finding.ts';
import { renderFinding, renderFindingsJson } from '../../src/terminal/findings.ts';
import type { Paint } from '../../src/terminal/paint.ts';

const finding: Finding = {
  code: 'too-short',
  severity: 'warning',
  where: '/a/0',
  what: 'it is too short',
  remedy: 'write more',
};
const paint: Paint = (style, text) => `<${style}>${text}</>`;

describe('a finding', () => {
  test('is what was seen, and what to do', () => {
    expect(renderFinding(finding)).toEqual(['warning: it is too short (too-short)', '  → write more']);
  });

  test('has a line for its place where that is worth one', () => {
    expect(renderFinding(finding, { showWhere: ({ where }) => `file ${where}` })).toEqual([
      'warning   too-short  file /a/0',
      '  it is too short',
      '  → write more',
    ]);
  });

  test.each([
    ['critical', 'bad'],
    ['error', 'bad'],
    ['high', 'bad'],
    ['warning', 'warning'],
    ['medium', 'warning'],
    ['low', 'quiet'],
  ] as const)('that is %s is painted %s', (severity, style) => {
    const [head] = renderFinding({ ...finding, severity }, { paint });
    expect(head).toBe(`<${style}>${severity}</>: it is too short (too-short)`);
  });

  test('keeps the columns of others, however bad it is', () => {
    const heads = SEVERITIES.map(
      (severity) => renderFinding({ ...finding, severity }, { showWhere: () => 'x' })[0] ?? '',
    );
    expect(new Set(heads.map((head) => head.indexOf('too-short')))).toEqual(new Set([10]));
  });

  test('is data for programs, with whatever else its maker knows', () => {
    const report = { file: 'x', findings: [{ ...finding, place: { line: 1, column: 2 } }] };
    expect(JSON.parse(renderFindingsJson(report))).toEqual(report);
  });
});
