import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describeMachine } from '../machine.ts';
import { renderSpread, renderTable, renderTargets } from '../markdown.ts';
import { readCommonOptions } from '../options.ts';
import { type Spread, toSpread } from '../statistics.ts';
import { makeCluster } from './cluster.ts';
import { type CommandFigures, runCommands } from './commands.ts';
import type { EngineFigures } from './engine.ts';

/** Above this load average somebody else is at work here, and figures say little. */
const QUIET = 0.5;

type Round = EngineFigures & CommandFigures;
type Figures = Readonly<Record<keyof Round, Spread>>;

/** `npm run bench -- access`: what answers about rights take, from a snapshot of 4,600 objects. @returns the exit code */
export async function benchAccess(words: readonly string[]): Promise<number> {
  const tell = (text: string): void => void process.stderr.write(`${text}\n`);
  const usual = { rounds: 15, seconds: 0 };
  const { rounds, out } = readCommonOptions(words, {
    sections: ['engine'],
    thorough: usual,
    quick: { ...usual, rounds: 3 },
  });
  const machine = describeMachine();
  if (machine.loadBefore > QUIET)
    tell(`load average ${machine.loadBefore.toFixed(2)}: something else runs here, do not publish these`);
  const folder = mkdtempSync(join(tmpdir(), 'iam-bridge-bench-access-'));
  try {
    const snapshot = join(folder, 'snapshot.json');
    writeFileSync(snapshot, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: makeCluster() }));
    const all = Array.from({ length: rounds }, () => ({
      ...runOnce(snapshot),
      ...runCommands(snapshot, folder),
    }));
    const spread = (name: keyof Round): Spread => toSpread(all.map((one) => one[name]));
    const figures: Figures = {
      load: spread('load'),
      answersPerSecond: spread('answersPerSecond'),
      whoCan: spread('whoCan'),
      findings: spread('findings'),
      peak: spread('peak'),
      bare: spread('bare'),
      can: spread('can'),
      whoCanCommand: spread('whoCanCommand'),
      whoCanPeak: spread('whoCanPeak'),
      findingsCommand: spread('findingsCommand'),
      findingsPeak: spread('findingsPeak'),
    };
    const path = resolve(out ?? join(tmpdir(), 'iam-bridge-bench-access.json'));
    writeFileSync(path, `${JSON.stringify({ machine, figures }, undefined, 2)}\n`);
    process.stdout.write(`${renderReport(figures)}\n`);
    tell(`all of it: ${path}`);
    return 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function runOnce(snapshot: string): EngineFigures {
  const script = join(import.meta.dirname, 'engine.ts');
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, snapshot], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the engine ended with ${status}: ${stderr}`);
  return JSON.parse(stdout);
}

function renderReport(figures: Figures): string {
  const { load, answersPerSecond, whoCan, findings, peak } = figures;
  const { bare, can, whoCanCommand, whoCanPeak, findingsCommand, findingsPeak } = figures;
  return [
    renderTargets([
      { what: 'load of 4,600 objects', unit: ' ms', value: load.median, limit: 100, kind: 'max' },
      {
        what: 'answers, all grants told',
        unit: '/s',
        value: answersPerSecond.median,
        limit: 40_000,
        kind: 'min',
      },
      { what: 'findings', unit: ' ms', value: findings.median, limit: 1_000, kind: 'max' },
      { what: 'memory at most, after all of this', unit: ' MB', value: peak.median, limit: 200, kind: 'max' },
      {
        what: '`can`, beyond bare node',
        unit: ' ms',
        value: can.median - bare.median,
        limit: 200,
        kind: 'max',
      },
      { what: '`who-can`', unit: ' ms', value: whoCanCommand.median, limit: 400, kind: 'max' },
      { what: '`who-can`', unit: ' MB', value: whoCanPeak.median, limit: 120, kind: 'max' },
      { what: '`findings`', unit: ' ms', value: findingsCommand.median, limit: 1_000, kind: 'max' },
      { what: '`findings`', unit: ' MB', value: findingsPeak.median, limit: 200, kind: 'max' },
    ]),
    renderTable(
      ['median (least–most)', ''],
      [
        ['load, ms', renderSpread(load, 1)],
        ['answers/s', renderSpread(answersPerSecond, 0)],
        ['who can, ms', renderSpread(whoCan, 1)],
        ['findings, ms', renderSpread(findings, 0)],
        ['memory, MB', renderSpread(peak, 1)],
        ['`node -e 0`, ms', renderSpread(bare, 0)],
        ['`can`, ms', renderSpread(can, 0)],
        ['`who-can`, ms', renderSpread(whoCanCommand, 0)],
        ['`findings`, ms', renderSpread(findingsCommand, 0)],
      ],
    ),
  ].join('\n\n');
}
