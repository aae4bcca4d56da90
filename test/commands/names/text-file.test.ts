import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openCredentialsList } from '../../../src/commands/webhook/credentials-list.ts';
import { createFileCertificate } from '../../../src/http/certificate.ts';
import { createFileSource, createPemSource } from '../../../src/issuer/keys/file-source.ts';
import { createAuthority } from '../../support/certificates.ts';
import { runTree } from '../../support/commands/tree.ts';
import { createJwk } from '../../support/issuer/jwks.ts';
import { generateEc, toPem } from '../../support/issuer/key-files.ts';
import { createRecordingLog } from '../../support/recording-log.ts';

const ISSUER = 'https://oidc.example/a';
const ROLE = 'arn:aws:iam::111122223333:role/a';
const MARK = Buffer.from([0xef, 0xbb, 0xbf]);
const CALLER = ['--service-account', 'demo/a', '--issuer', ISSUER];
const JWKS = JSON.stringify({ keys: [createJwk()] });
const PEM = toPem(generateEc(), 'spki');
const LIST = JSON.stringify({ identities: [{ namespace: 'demo', serviceAccount: 'a' }] });
const { certificate, key } = createAuthority().issue({ names: ['127.0.0.1'] });

const folder = mkdtempSync(join(tmpdir(), 'iam-bridge-names-'));
let policy = '';
beforeAll(async () => {
  const words = ['trust', 'generate', ...CALLER, '--account', '111122223333', '-o', 'policy'];
  policy = (await runTree(words)).stdout;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Write = (name: string, text: string) => string;

const writePlain: Write = (name, text) => {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
};
const writeMarked: Write = (name, text) => {
  const file = join(folder, name);
  writeFileSync(file, Buffer.concat([MARK, Buffer.from(text)]));
  return file;
};

async function runForCode(...words: readonly string[]): Promise<number> {
  return (await runTree(words)).code;
}

async function findListed(file: string): Promise<number> {
  const list = await openCredentialsList(file, createRecordingLog());
  list.stop();
  return list.current().size;
}

async function findExpiry(certPath: string, keyPath: string): Promise<number> {
  const source = await createFileCertificate({ certPath, keyPath, interval: 60_000, report: () => {} });
  source.stop();
  return source.current().notAfter;
}

/** A port that is none ends it before it serves. */
async function countProblems(config: string, ...words: readonly string[]): Promise<number> {
  const { stderr: err } = await runTree(['demo', 'aws', '--port', 'x', '--config', config, ...words]);
  return err.trimEnd().split('\n').length;
}

const toConfig = (jwks: string, trust: string): string =>
  JSON.stringify({
    providers: [{ url: ISSUER, clientIds: ['a'], jwksFile: jwks }],
    roles: [{ arn: ROLE, trustPolicyFile: trust }],
  });

describe('a byte order mark is none of a text that people write', () => {
  test.each<[string, (write: Write) => Promise<unknown>, unknown]>([
    [
      'trust eval --policy',
      (write) => runForCode('trust', 'eval', '--policy', write('p', policy), ...CALLER),
      0,
    ],
    ['trust lint --policy', (write) => runForCode('trust', 'lint', '--policy', write('p', policy)), 0],
    [
      'verify --policy',
      (write) => {
        const files = ['--policy', write('p', policy), '--jwks', writePlain('j', JWKS)];
        return runForCode('verify', 'x.y.z', ...files, '--role-arn', ROLE);
      },
      1,
    ],
    ['verify --jwks', (write) => runForCode('verify', 'x.y.z', '--jwks', write('j', JWKS)), 1],
    [
      'verify --ca',
      (write) => runForCode('verify', 'x.y.z', '--issuer', ISSUER, '--ca', write('c', certificate)),
      1,
    ],
    ['keys jwks --from, a JWKS', (write) => runForCode('keys', 'jwks', '--from', write('j', JWKS)), 0],
    ['keys jwks --from, PEM', (write) => runForCode('keys', 'jwks', '--from', write('k', PEM)), 0],
    [
      'issuer --jwks-file',
      async (write) => (await createFileSource(write('j', JWKS)).readDocuments()).jwks,
      JWKS,
    ],
    [
      'issuer --key-file',
      async (write) => JSON.parse((await createPemSource([write('k', PEM)]).readDocuments()).jwks),
      { keys: [expect.objectContaining({ kty: 'EC' })] },
    ],
    [
      '--tls-cert and --tls-key',
      (write) => findExpiry(write('tls.crt', certificate), write('tls.key', key)),
      expect.any(Number),
    ],
    ['--watch-container-credentials-config', (write) => findListed(write('l', LIST)), 1],
    [
      'demo aws --config, and the files that it names',
      (write) => countProblems(write('c', toConfig(write('j', JWKS), write('p', policy)))),
      1,
    ],
    [
      'demo aws --tls-cert',
      (write) => {
        const pair = ['--tls-cert', write('tls.crt', certificate), '--tls-key', write('tls.key', key)];
        return countProblems(writePlain('c', '{}'), ...pair);
      },
      1,
    ],
  ])('%s', async (_, read, expected) => {
    expect(await read(writePlain)).toEqual(expected);
    expect(await read(writeMarked)).toEqual(expected);
  });
});

test('a byte order mark is a part of a token, which is sent as it is', async () => {
  const token = ['{"alg":"RS256"}', `{"iss":"${ISSUER}","sub":"a","aud":"b","exp":1,"iat":1}`]
    .map((part) => Buffer.from(part).toString('base64url'))
    .concat('c2ln')
    .join('.');
  const policyFile = writePlain('p', policy);
  const evaluate = (file: string): Promise<number> =>
    runForCode('trust', 'eval', '--policy', policyFile, '--token', file);
  expect(await evaluate(writePlain('t', token))).toBe(1);
  expect(await evaluate(writeMarked('t', token))).toBe(2);
  const verify = ['verify', '--jwks', writePlain('j', JWKS), '-o', 'json', '--token-file'];
  const { stdout: out } = await runTree([...verify, writeMarked('t', token)]);
  expect(JSON.parse(out)).toMatchObject({ refusal: { code: 'not-base64url' } });
});
