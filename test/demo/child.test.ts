import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { type DemoDocument, findDecision } from './support/run.ts';

const MAIN = join(import.meta.dirname, '..', '..', 'src', 'main.ts');

function run(words: readonly string[], env: Readonly<Record<string, string>> = {}) {
  return spawnSync(process.execPath, [MAIN, 'demo', ...words], {
    encoding: 'utf8',
    timeout: 20_000,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
  });
}

describe('iam-bridge demo as a program', { timeout: 25_000 }, () => {
  test('prints words without colour into a pipe, and ends with 0', () => {
    const { status, stdout, stderr } = run([]);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toContain('✔ All as it should be');
    expect(stdout).toBe(stripVTControlCharacters(stdout));
  });

  test('has colours where FORCE_COLOR asks for them', () => {
    const { status, stdout } = run([], { FORCE_COLOR: '1' });
    expect(status).toBe(0);
    expect(stdout).toContain(
      '\u001b[32m+          value: arn:aws:iam::111122223333:role/s3-echoer\u001b[39m',
    );
  });

  test('prints one JSON document with -o json, also where FORCE_COLOR is set', () => {
    const { status, stdout, stderr } = run(['-o', 'json'], { FORCE_COLOR: '1' });
    expect([status, stderr]).toEqual([0, '']);
    const document = JSON.parse(stdout) as DemoDocument;
    expect(document).toMatchObject({ mode: 'stand-in', ok: true });
    expect(findDecision(document, 'injected')?.reason).toBe('web-identity');
  });

  test('explains itself', () => {
    const { status, stdout } = run(['--help']);
    expect(status).toBe(0);
    for (const word of ['--real', '-o, --output', 'KUBEBUILDER_ASSETS', 'Exit codes']) {
      expect(stdout).toContain(word);
    }
  });

  test.each([
    [['-o', 'yaml'], 2, /Allowed choices are json/],
    [['--fake'], 2, /unknown option '--fake'/],
    [['--real'], 3, /npm run control-plane/],
  ])('%j ends with %i and a remedy', (words, code, expected) => {
    const { status, stderr } = run(words);
    expect(status).toBe(code);
    expect(stderr).toMatch(expected);
    expect(stderr).not.toContain('    at ');
  });
});
