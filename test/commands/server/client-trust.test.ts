import { rmSync, writeFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { ConfigurationError } from '../../../src/base/errors.ts';
import { type OpenClientTrust, openClientTrust } from '../../../src/commands/server/client-trust.ts';
import { createAuthority } from '../../support/certificates.ts';
import { cleanUp, onCleanUp } from '../../support/http/door.ts';
import { createRecordingLog } from '../../support/recording-log.ts';
import { until } from '../../support/until.ts';
import { createWorkspace } from '../../support/workspace.ts';

afterEach(cleanUp);

const log = createRecordingLog();

function write(content: string): string {
  const workspace = createWorkspace();
  onCleanUp(() => workspace.remove());
  return workspace.write('ca.crt', content);
}

async function open(path: string): Promise<OpenClientTrust> {
  const opened = await openClientTrust('client-ca-file', { path, names: ['kube-apiserver'] }, log);
  onCleanUp(opened.stop);
  return opened;
}

test.each([
  ['that is empty', ''],
  ['of something else', 'hello'],
  ['that holds a key', createAuthority('x').issue({ names: ['x'] }).key],
])('a file %s is refused at the start, and named', async (_what, content) => {
  const path = write(content);
  const refused = await open(path).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(ConfigurationError);
  expect(String(refused)).toContain(`--client-ca-file: file ${path}: it holds no PEM certificate: give`);
});

test('one that is not there as well', async () => {
  await expect(open('/nowhere/ca.crt')).rejects.toThrow(
    /^--client-ca-file: file \/nowhere\/ca.crt does not exist$/,
  );
});

test('a change is taken, a bad one is not, and says so until it is mended', async () => {
  const [first, second] = [createAuthority('first'), createAuthority('second')];
  const path = write(first.certificate);
  const { trust, check } = await open(path);
  expect([trust.era(), trust.authorities.current(), check.degraded?.()]).toEqual([
    0,
    first.certificate,
    undefined,
  ]);
  writeFileSync(path, second.certificate);
  await until(() => trust.era() === 1, 'the change is taken');
  expect(trust.authorities.current()).toBe(second.certificate);
  rmSync(path);
  await until(() => check.degraded?.() !== undefined, 'it says so');
  expect(check.degraded?.()).toMatch(/does not exist: the authorities before stay$/);
  expect([check.check(), trust.era(), trust.authorities.current()]).toEqual([
    undefined,
    1,
    second.certificate,
  ]);
});
