import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { runTree } from '../../support/commands/command-tree.ts';
import { createJwk } from '../../support/issuer/jwks.ts';

const ISSUER = 'https://oidc.example/a';
const folder = mkdtempSync(join(tmpdir(), 'iam-bridge-names-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, content: string | Buffer): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

describe('a text file with a byte order mark', () => {
  const MARK = Buffer.from([0xef, 0xbb, 0xbf]);
  const marked = (name: string, text: string): string =>
    write(name, Buffer.concat([MARK, Buffer.from(text)]));
  const JWKS = JSON.stringify({ keys: [createJwk()] });
  const policyOf = async (): Promise<string> => {
    const words = ['--service-account', 'demo/a', '--issuer', ISSUER, '--account', '111122223333'];
    return (await runTree(['trust', 'generate', ...words, '-o', 'policy'])).out;
  };
  const caller = ['--service-account', 'demo/a', '--issuer', ISSUER];
  const role = 'arn:aws:iam::111122223333:role/a';

  test.each<[string, () => Promise<readonly string[]>, number]>([
    [
      'trust eval --policy',
      async () => ['trust', 'eval', '--policy', marked('p', await policyOf()), ...caller],
      0,
    ],
    [
      'verify --policy',
      async () => {
        const files = ['--policy', marked('p', await policyOf()), '--jwks', write('j', JWKS)];
        return ['verify', 'x.y.z', ...files, '--role-arn', role];
      },
      2,
    ],
    ['verify --jwks', async () => ['verify', 'x.y.z', '--jwks', marked('j', JWKS)], 2],
    ['keys jwks --from', async () => ['keys', 'jwks', '--from', marked('j', JWKS)], 2],
  ])('%s', async (_, words, code) => {
    expect((await runTree(await words())).code).toBe(code);
  });
});
