import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { runS3Echoer } from '../../src/commands/demo/s3-echoer/run.ts';

describe('iam-bridge demo s3-echoer', () => {
  async function run(options: { bucket?: string; message?: string }, input: Readable = Readable.from([])) {
    let err = '';
    const terminal = {
      out: () => {},
      err(text: string) {
        err += text;
      },
    };
    const code = await runS3Echoer(options, { env: {}, terminal, input });
    return { code, err };
  }

  test('ends with 2 where it has no bucket', async () => {
    expect(await run({ message: 'x' })).toEqual({
      code: 2,
      err: 's3-echoer: no bucket: give --bucket NAME, or set BUCKET\n',
    });
  });

  test.each([
    [{ message: 'x'.repeat(5 * 1024 * 1024 + 1) }, Readable.from([])],
    [{}, Readable.from([Buffer.alloc(5 * 1024 * 1024 + 1)])],
  ])('ends with 2 where the message is too large', async (options, input) => {
    const { code, err } = await run({ bucket: 'iam-bridge-demo', ...options }, input);
    expect([code, err]).toEqual([2, expect.stringMatching(/larger than 5242880 bytes/)]);
  });
});
