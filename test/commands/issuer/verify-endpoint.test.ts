import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ConfigurationError } from '../../../src/base/errors.ts';
import { createVerifyEndpoint, type VerifyEndpoint } from '../../../src/commands/issuer/verify-endpoint.ts';
import { createRecordingLog, type RecordingLog } from '../../support/recording-log.ts';
import { until } from '../../support/until.ts';

let folder: string;
let tokenPath: string;
let log: RecordingLog;
let endpoint: VerifyEndpoint | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'iam-bridge-callers-'));
  tokenPath = join(folder, 'callers');
  log = createRecordingLog();
});

afterEach(() => {
  endpoint?.stop();
  endpoint = undefined;
  rmSync(folder, { recursive: true, force: true });
});

async function open(): Promise<VerifyEndpoint> {
  endpoint = await createVerifyEndpoint(
    { clientCaPath: '', clientNames: [], tokenPath, audiences: [] },
    {
      issuer: 'https://oidc.example',
      keys: { find: () => ({ kind: 'unknown-kid' }) },
      metrics: { request() {}, verdict() {} },
      readBody() {},
      log,
    },
  );
  return endpoint;
}

test('a file of callers that goes bad, or away, is degraded until it is good again', async () => {
  writeFileSync(tokenPath, `${'t'.repeat(32)}\n`);
  const { check } = await open();
  expect([check.check(), check.degraded?.()]).toEqual([undefined, undefined]);
  for (const spoil of [() => writeFileSync(tokenPath, '# nobody\n'), () => rmSync(tokenPath)]) {
    spoil();
    await until(() => check.degraded?.() !== undefined, 'it is degraded');
    expect(check.degraded?.()).toMatch(/^--verify-token-file: file .*: what was read before stays$/);
    writeFileSync(tokenPath, `${'u'.repeat(32)}\n`);
    await until(() => check.degraded?.() === undefined, 'it is good again');
  }
  expect(log.lines.filter(({ level }) => level === 'error')).toHaveLength(2);
});

test('a file of callers that is wrong or missing at start is a mistake of configuration', async () => {
  const missing = await open().catch((error: unknown) => error);
  expect(missing).toBeInstanceOf(ConfigurationError);
  expect(String(missing)).toContain(`--verify-token-file: file ${tokenPath} does not exist`);
  writeFileSync(tokenPath, 'short\n');
  expect(await open().catch((error: unknown) => error)).toBeInstanceOf(ConfigurationError);
});
