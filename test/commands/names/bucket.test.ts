import { describe, expect, test } from 'vitest';
import { checkBucketName } from '../../../src/aws/s3-location.ts';
import { parseS3Place } from '../../../src/issuer/publish/s3-target.ts';
import { findTakers, type Readers, takesLocalConfig } from '../../support/commands/takers.ts';

describe('a bucket', () => {
  const readers: Readers = {
    's3-location': (text) => checkBucketName(text) === undefined,
    publish: (text) => parseS3Place(`s3://${text}/prefix`).kind === 'place',
    'local-aws': (text) => takesLocalConfig({ buckets: [text] }),
  };

  test.each([
    ['iam-bridge-demo', 's3-location publish local-aws'],
    ['my.bucket.1', 's3-location publish local-aws'],
    ['a.-b', ''],
    ['a-.b', ''],
    ['a..b', ''],
    ['10.0.0.1', ''],
    ['1000.0.0.1', ''],
    ['ab', ''],
    ['Abc', ''],
    ['a_b', ''],
    ['abc-', ''],
    ['x'.repeat(64), ''],
  ])('%j is one for: %s', async (text, takers) => {
    expect(await findTakers(readers, text)).toBe(takers);
  });
});
