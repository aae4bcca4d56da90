import { describe, expect, test } from 'vitest';
import { findTakers, type Readers, takesWords } from '../../support/commands/takers.ts';
import { runTree } from '../../support/commands/tree.ts';

const ISSUER = 'https://oidc.example/a';
const POLICY = 'examples/s3-echoer/trust-policy.json';

describe('a ServiceAccount', () => {
  const trust = (text: string): readonly string[] => [
    ...['trust', 'eval', '--policy', POLICY, '--issuer', ISSUER, '--account', '111122223333'],
    ...['--service-account', text],
  ];
  const readers: Readers = {
    issuer: (text) => takesWords('issuer', `--issuer=${ISSUER}`, `--drift-service-account=${text}`),
    drift: (text) => takesWords('drift', `--issuer=${ISSUER}`, `--service-account=${text}`),
    trust: async (text) => (await runTree(trust(text))).code !== 2,
  };

  test.each([
    ['demo/s3-echoer', 'issuer drift trust'],
    ['demo/s3.echoer', 'issuer drift trust'],
    ['demo/a..b', ''],
    ['demo/a.-b', ''],
    ['demo/a-.b', ''],
    ['de.mo/a', ''],
    ['demo/a/b', ''],
    ['demo/', ''],
    ['Demo/a', ''],
    ['demo/a\n', ''],
    [`${'n'.repeat(63)}/${'a'.repeat(253)}`, 'issuer drift trust'],
    [`${'n'.repeat(64)}/a`, ''],
    [`demo/${'a'.repeat(254)}`, ''],
  ])('%j is one for: %s', async (text, takers) => {
    expect(await findTakers(readers, text)).toBe(takers);
  });
});
