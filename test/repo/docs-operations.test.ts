import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readAlerts, readDashboard } from '../support/monitoring/files.ts';

const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'operations.md'), 'utf8');
const alerts = readAlerts();

describe('docs/operations.md', () => {
  it('has a runbook for each alert, in the same order, and for no other', () => {
    const headings = [...page.matchAll(/^### (IamBridge\w+)$/gm)].map(([, name]) => name);
    expect(headings).toEqual(alerts.map(({ alert }) => alert));
  });

  it.each(alerts)('$alert leads to its runbook, and says what is so', ({ alert, labels, annotations }) => {
    expect(annotations.runbook_url).toBe(`RUNBOOK_URL#${alert.toLowerCase()}`);
    expect(annotations.summary).toMatch(/^\S.{10,79}$/);
    expect(annotations.description).toMatch(/\S/);
    expect(['warning', 'critical']).toContain(labels.severity);
  });

  it.each(alerts)('$alert has a runbook that says what to look at or do', ({ alert }) => {
    const [, text = ''] = new RegExp(`^### ${alert}$([\\s\\S]*?)(?=^##|$(?![\\s\\S]))`, 'm').exec(page) ?? [];
    expect(text.trim().length).toBeGreaterThan(120);
  });
});

describe('the dashboard', () => {
  const { panels } = readDashboard();

  it('has panels that do not overlap, each with a number of its own', () => {
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, index) => `${x + (index % w)},${y + Math.floor(index / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    expect(panels.every(({ gridPos: { x, w } }) => x + w <= 24)).toBe(true);
  });
});
