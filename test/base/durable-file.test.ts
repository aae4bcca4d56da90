import { describe, expect, test } from 'vitest';
import { describeWriteError } from '../../src/base/durable-file.ts';

const withCode = (code: string): Error => Object.assign(new Error(`${code}: no`), { code });

describe('why a file could not be written', () => {
  test.each(['EACCES', 'EPERM'])('names the user where it is not allowed (%s)', (code) => {
    const uid = process.geteuid?.();
    expect(describeWriteError('/var/state', withCode(code))).toBe(
      `/var/state may not be written to by this user, uid ${uid}`,
    );
  });

  test('keeps what the system says otherwise', () => {
    expect(describeWriteError('/var/state', withCode('ENOSPC'))).toBe('/var/state: ENOSPC: no');
  });
});
