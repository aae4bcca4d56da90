import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { refuseLeaks } from '../support/canary.ts';

const MAIN = join(import.meta.dirname, '..', '..', 'src', 'main.ts');

function run(words: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const done = spawnSync(process.execPath, [MAIN, 'demo', ...words], {
    encoding: 'utf8',
    // Seconds on an idle machine, and more where other tests run beside it.
    timeout: 60_000,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
  });
  if (done.error !== undefined) throw done.error;
  refuseLeaks('demo', done);
  return done;
}

describe('iam-bridge demo as a program', { timeout: 65_000 }, () => {
  test('tells all of it in words that fit a terminal, without colour into a pipe, and ends with 0', () => {
    const { status, stdout, stderr } = run([]);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toBe(stripVTControlCharacters(stdout));
    expect(stdout.split('\n').filter((line) => line.length > 100)).toEqual([]);
    for (const expected of [
      '$ iam-bridge issuer --issuer=https://127.0.0.1:',
      '$ iam-bridge webhook --in-cluster=false --kube-api=http://127.0.0.1:',
      '$ kubectl apply -f examples/s3-echoer/s3-echoer.yaml',
      '✔ pod demo/s3-echoer-* gets a role',
      '+          value: arn:aws:iam::111122223333:role/s3-echoer',
      'wrote 29 bytes to s3://iam-bridge-demo/s3echoer-',
      'hello from a pod without keys',
      '○ pod demo/no-role stays as it is   reason: no-role',
      '○ pod demo/mistyped-role stays as it is   reason: role-arn-malformed',
      'Warning: role-arn "arn:aws:iam::11112222333:role/s3-echoer"',
      'AccessDenied',
      '→ StringEquals takes * and ? as they are',
      'Incorrect token audience',
      '$ iam-bridge authenticator --config=config.yaml --state-dir=state',
      '- userarn: arn:aws:iam::111122223333:user/alice',
      '$ iam-bridge get-token --cluster-name demo --region eu-west-1',
      '✔ user alice of the cluster, in demo:viewers   reason: granted',
      'STS says: SignatureDoesNotMatch',
      '✘ nobody for the cluster   reason: token-expired',
      '✘ nobody for the cluster   reason: unmapped',
      '→ name arn:aws:iam::111122223333:user/bob in server.mapUsers',
      '✔ All as it should be',
    ]) {
      expect(stdout).toContain(expected);
    }
  });

  test('has s3-echoer, which has an executable of its own', () => {
    const { status, stdout, stderr } = spawnSync(
      join(MAIN, '..', '..', 'bin', 's3-echoer'),
      ['--message', 'x'],
      {
        encoding: 'utf8',
        env: { PATH: process.env['PATH'] },
      },
    );
    expect([status, stdout, stderr]).toEqual([
      2,
      '',
      's3-echoer: no bucket: give --bucket NAME, or set BUCKET\n',
    ]);
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
