import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { toKubernetesKid } from '../../src/issuer/keys/public-jwk.ts';
import { runTree } from '../support/commands/tree.ts';
import { current, look } from '../support/issuer/drift-scene.ts';
import { toSet } from '../support/issuer/key-jwks.ts';
import { useRocaPair } from '../support/issuer/roca-key.ts';
import { createToken, ISSUER, NOW } from '../support/web-identity/tokens.ts';

const { publicKey, privateKey } = useRocaPair();
const kid = toKubernetesKid(publicKey);
const weak = { ...publicKey.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' };
const SAID = `key "${kid}" has the fingerprint of ROCA (CVE-2017-15361)`;

let folder: string;
let pem: string;
let jwks: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'iam-bridge-weak-'));
  pem = join(folder, 'sa.pub');
  jwks = join(folder, 'jwks.json');
  writeFileSync(pem, publicKey.export({ type: 'spki', format: 'pem' }));
  writeFileSync(jwks, toSet(weak));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('a key of which anybody can compute the private half', () => {
  const verify = (profile: string) => {
    const jwt = createToken({ signer: { kid, alg: 'RS256', publicKey, privateKey } });
    const words = [jwt, '--issuer', ISSUER, '--jwks', jwks, '--at', String(NOW), '--profile', profile];
    return runTree(['verify', ...words]);
  };

  test('is refused by strict, and by aws only warned of, since nothing says that STS refuses it', async () => {
    const strict = await verify('strict');
    expect(strict.code).toBe(1);
    expect(strict.stdout).toContain('refused by key-strength (key-weak, configuration): the key');
    expect(strict.stdout).toContain('AWS STS is not known to refuse for this.');
    const aws = await verify('aws');
    expect(aws.code).toBe(0);
    expect(aws.stdout).toMatch(/^! key-strength .*ROCA/m);
  });

  const toPublish = (from: string, to: string): readonly string[] => {
    const place = ['--issuer', 'https://oidc.example', '--to', join(folder, to)];
    return ['publish', '--from', from, ...place];
  };

  test.each<[what: string, toWords: () => readonly string[] | Promise<readonly string[]>]>([
    ['keys jwks', () => ['keys', 'jwks', '--from', pem]],
    ['keys jwks of a JWKS', () => ['keys', 'jwks', '--from', jwks]],
    ['keys rotate', () => ['keys', 'rotate', '--plan', '--from', pem]],
    ['publish', () => toPublish(pem, 'public')],
    [
      'publish, where it left the source and is kept',
      async () => {
        await runTree(toPublish(pem, 'before'));
        const fresh = join(folder, 'fresh.json');
        writeFileSync(fresh, toSet(current));
        return toPublish(fresh, 'before');
      },
    ],
  ])('is named once by %s', async (_, toWords) => {
    const { code, stderr } = await runTree(await toWords());
    expect(code).toBe(0);
    expect(stderr.split(SAID)).toHaveLength(2);
    expect(stderr).toContain('replace it with one of `iam-bridge keys generate`');
  });

  test('is an error of issuer drift, wherever it is', async () => {
    const published = await look({ jwks: { body: toSet(current, weak) } });
    expect(published).toMatchObject({ outcome: 'drift' });
    expect(published.findings).toContainEqual(
      expect.objectContaining({ code: 'weak-key', severity: 'error', what: expect.stringContaining(SAID) }),
    );
    const cluster = await look({ cluster: { jwks: { body: toSet(current, weak) } } });
    expect(cluster.findings).toContainEqual(expect.objectContaining({ code: 'weak-key', where: 'cluster' }));
  });
});
