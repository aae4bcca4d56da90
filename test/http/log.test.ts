import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createLog } from '../../src/http/log.ts';
import { createWorkspace } from '../support/workspace.ts';

const workspace = createWorkspace();
afterAll(() => workspace.remove());

test('a log that cannot be written fails nobody who logs', () => {
  // Opened to be read: each write is refused, as by a full disk or a terminal that has gone.
  const path = workspace.write('server.log', '');
  const fd = openSync(path, 'r');
  const log = createLog(0, fd);
  for (let count = 0; count < 10; count += 1) log.error({ count }, 'not written');
  closeSync(fd);
  expect(readFileSync(path, 'utf8')).toBe('');
});

test('lines are written at once, in order', () => {
  const path = join(workspace.folder, 'server.log');
  const fd = openSync(path, 'w');
  const log = createLog(3, fd);
  log.info({ port: 1 }, 'first');
  log.warn({}, 'second');
  const lines = readFileSync(path, 'utf8').trim().split('\n');
  closeSync(fd);
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    { level: 'info', time: expect.any(String), port: 1, msg: 'first' },
    { level: 'warn', time: expect.any(String), msg: 'second' },
  ]);
});
