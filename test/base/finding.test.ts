import { expect, test } from 'vitest';
import { type Finding, isAtLeast, SEVERITIES, sortFindings } from '../../src/base/finding.ts';

function toFinding(severity: Finding['severity'], code: string): Finding {
  return { code, severity, where: '', what: '', remedy: '' };
}

test('severities of every maker have one order, the worst first', () => {
  expect(isAtLeast('critical', 'low')).toBe(true);
  expect(isAtLeast('medium', 'medium')).toBe(true);
  expect(isAtLeast('low', 'medium')).toBe(false);
  expect(isAtLeast('error', 'warning')).toBe(true);
  for (const severity of SEVERITIES) expect(isAtLeast('critical', severity)).toBe(true);
});

test('the worst comes first, and of those that are alike the first', () => {
  const findings = [
    toFinding('low', 'a'),
    toFinding('high', 'b'),
    toFinding('low', 'c'),
    toFinding('high', 'd'),
  ];
  expect(sortFindings(findings).map(({ code }) => code)).toEqual(['b', 'd', 'a', 'c']);
});
