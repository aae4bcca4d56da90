import { PassThrough } from 'node:stream';
import { afterEach, expect, test, vi } from 'vitest';
import { createPaint } from '../../src/terminal/paint.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

test.each([
  ['1', '\u001b[32mgood\u001b[39m'],
  [undefined, 'good'],
])('colours where there is no terminal: FORCE_COLOR=%s', (force, expected) => {
  vi.stubEnv('FORCE_COLOR', force);
  vi.stubEnv('NO_COLOR', undefined);
  expect(createPaint(new PassThrough())('good', 'good')).toBe(expected);
});
