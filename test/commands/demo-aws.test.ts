import { EventEmitter } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { renderLogLine } from '../../src/commands/demo/aws/report.ts';
import { type DemoAwsOptions, runDemoAws } from '../../src/commands/demo/aws/run.ts';
import { EXAMPLE_CONFIG } from '../../src/local-aws/config/example.ts';
import { runTree } from '../support/commands/tree.ts';
import { createJwk } from '../support/issuer/jwks.ts';
import { until } from '../support/until.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'iam-bridge-demo-aws-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function run(options: Partial<DemoAwsOptions>) {
  const written = { out: '', err: '' };
  const signals = new EventEmitter();
  const terminal = {
    out: (text: string) => {
      written.out += text;
    },
    err: (text: string) => {
      written.err += text;
    },
  };
  const ended = runDemoAws({ port: '0', bindAddress: '127.0.0.1', ...options }, { terminal, signals });
  return { written, signals, ended };
}

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe('iam-bridge demo aws', () => {
  test('prints what to export, logs each request, and ends at a signal', async () => {
    write('jwks.json', JSON.stringify({ keys: [createJwk()] }));
    const { written, signals, ended } = run({ config: write('config.yaml', EXAMPLE_CONFIG) });
    await until(() => written.out !== '', 'it listens');
    const url = /^export AWS_ENDPOINT_URL_STS=(http:\/\/127\.0\.0\.1:\d+)$/m.exec(written.out)?.[1] ?? '';
    expect(written.out).toContain(`export AWS_ENDPOINT_URL_S3=${url}\n`);
    expect(written.out).toContain('export AWS_EC2_METADATA_DISABLED=true\n');
    expect(written.out).not.toContain('local-only');
    await fetch(`${url}/?Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Signature=secret`);
    expect(written.err).toMatch(/^GET \/ sts:GetCallerIdentity 400 IncompleteSignature: /m);
    expect(written.err).not.toContain('secret');
    signals.emit('SIGTERM');
    expect(await ended).toBe(0);
  });

  test('prints a configuration that it takes', async () => {
    const { written, ended } = run({ printConfig: true });
    expect([await ended, written.out]).toEqual([0, EXAMPLE_CONFIG]);
  });

  test('tells everything that is wrong with flags and files at once', async () => {
    const config = write('config.yaml', 'buckets: [A]\naccount: "1"');
    const { written, ended } = run({ config, port: '70000', tlsCert: 'x.pem' });
    expect(await ended).toBe(2);
    expect(written.err.split('\n').filter((line) => line !== '')).toEqual([
      'iam-bridge demo aws: --port=70000 is no port: give a number from 0 to 65535',
      'iam-bridge demo aws: --tls-cert and --tls-key belong together: give both, or neither for plain HTTP',
      expect.stringContaining('config.yaml: account: an account has 12 digits'),
      expect.stringContaining('config.yaml: buckets[0]: this is no bucket name'),
    ]);
  });

  test('names a file that cannot be read', async () => {
    const { written, ended } = run({ config: join(folder, 'none.yaml') });
    expect(await ended).toBe(2);
    expect(written.err).toMatch(/^iam-bridge demo aws: --config: .*none\.yaml cannot be read/);
  });

  test('names a certificate that is none', async () => {
    const file = write('tls.pem', 'nonsense');
    const { written, ended } = run({ tlsCert: file, tlsKey: file });
    expect(await ended).toBe(2);
    expect(written.err).toBe(`iam-bridge demo aws: TLS certificate file ${file} holds no PEM certificate\n`);
  });

  test('names a folder that cannot keep objects', async () => {
    const { written, ended } = run({ data: write('file', '') });
    expect(await ended).toBe(3);
    expect(written.err).toMatch(/^iam-bridge demo aws: objects cannot be kept in .*file: /);
  });

  test('ends with 3 where it cannot listen', async () => {
    const { written, ended } = run({ bindAddress: '192.0.2.1' });
    expect(await ended).toBe(3);
    expect(written.err).toMatch(/^iam-bridge demo aws: cannot listen on port 0/);
  });

  test('has options of its own', async () => {
    for (const words of [
      ['demo', '--real', 'aws'],
      ['demo', 'aws', '--real'],
      ['demo', 'aws', '--nonsense'],
    ]) {
      expect((await runTree(words)).code).toBe(2);
    }
  });
});

test('a line of the log cannot drive a terminal', () => {
  const line = renderLogLine({
    method: 'GET',
    path: '/\u001b[2J\u202e',
    status: 403,
    note: { reason: 'a\nb' },
  });
  expect(line).toBe('GET /?[2J? 403: a?b');
});
