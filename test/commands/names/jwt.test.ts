import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { requestSampleToken } from '../../../src/issuer/drift/sample-token.ts';
import { readUnverifiedIssuer } from '../../../src/web-identity/token/unverified-issuer.ts';
import { findTakers, type Readers } from '../../support/commands/takers.ts';
import { runTree } from '../../support/commands/tree.ts';

const ISSUER = 'https://oidc.example/a';
const POLICY = 'examples/s3-echoer/trust-policy.json';
const folder = mkdtempSync(join(tmpdir(), 'iam-bridge-names-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, content: string | Buffer): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

describe('a token that nobody has verified', () => {
  const encode = (text: string): string => Buffer.from(text).toString('base64url');
  const HEADER = encode('{"alg":"RS256","kid":"k"}');
  const CLAIMS = `{"iss":"${ISSUER}","sub":"system:serviceaccount:demo:s3-echoer","aud":"sts.amazonaws.com","exp":1,"iat":1}`;
  const PAYLOAD = encode(CLAIMS);

  async function showsSample(token: string): Promise<boolean> {
    const api = { send: async () => ({ status: 201, body: JSON.stringify({ status: { token } }) }) };
    try {
      return (await requestSampleToken(api, { namespace: 'demo', name: 'a' })).issuer === ISSUER;
    } catch {
      return false;
    }
  }

  const readers: Readers = {
    verify: (text) => readUnverifiedIssuer(text) === ISSUER,
    drift: showsSample,
    trust: async (text) => {
      const words = ['--token', write('token', text), '--account', '111122223333'];
      return (await runTree(['trust', 'eval', '--policy', POLICY, ...words])).code !== 2;
    },
  };

  // For `verify` it is only to be found out who the issuer is: the rules say what is wrong, and whether AWS minds.
  test.each([
    ['a good one', `${HEADER}.${PAYLOAD}.c2ln`, 'verify drift trust'],
    ['two parts', `${HEADER}.${PAYLOAD}`, ''],
    ['four parts', `${HEADER}.${PAYLOAD}.c2ln.a`, ''],
    ['padding', `${HEADER}=.${PAYLOAD}.c2ln`, ''],
    ['the other base64', `${HEADER}.${PAYLOAD}.c2/n`, ''],
    ['no JSON in front', `YQ.${PAYLOAD}.c2ln`, ''],
    ['spare bits in the signature', `${HEADER}.${PAYLOAD}.c2h`, 'verify'],
    ['a claim twice', `${HEADER}.${encode(`{"iss":"x",${CLAIMS.slice(1)}`)}.c2ln`, 'verify'],
    ['a claim that is not UTF-8', `${HEADER}.${toLatin1('ü')}.c2ln`, ''],
    ['17 levels', `${HEADER}.${encode(CLAIMS.replace('}', `,"a":${nest(16)}}`))}.c2ln`, ''],
    ['more than 20000 characters', `${HEADER}.${PAYLOAD}.${'a'.repeat(20_000)}`, ''],
    ['a line break at its end', `${HEADER}.${PAYLOAD}.c2ln\n`, 'trust'],
    ['a byte order mark', `\ufeff${HEADER}.${PAYLOAD}.c2ln`, ''],
  ])('%s', async (_what, text, takers) => {
    expect(await findTakers(readers, text)).toBe(takers);
  });

  function toLatin1(letter: string): string {
    return Buffer.from(CLAIMS.replace('}', `,"name":"${letter}"}`), 'latin1').toString('base64url');
  }

  function nest(levels: number): string {
    return '['.repeat(levels) + ']'.repeat(levels);
  }
});
