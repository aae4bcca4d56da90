import { createPrivateKey, createPublicKey } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { renderJwks } from '../../src/issuer/documents.ts';
import { toKubernetesKid } from '../../src/issuer/keys/public-jwk.ts';
import { type IssuerCluster, startIssuerCluster } from '../support/commands/issuer-cluster.ts';
import { runTree, toLines } from '../support/commands/tree.ts';
import { createJwk, toJwk } from '../support/issuer/jwks.ts';
import { generateEc, generateRsa, toPem } from '../support/issuer/key-files.ts';

const ISSUER = 'https://oidc.example';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'iam-bridge-keys-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function toPath(name: string): string {
  return join(folder, name);
}

function readText(name: string): string {
  return readFileSync(toPath(name), 'utf8');
}

describe.each([
  ['rsa', 'RSA PRIVATE KEY', 'RS256'],
  ['p256', 'EC PRIVATE KEY', 'ES256'],
])('keys generate --type %s', (type, label, alg) => {
  const words = () => [
    'keys',
    'generate',
    '--type',
    type,
    '--out',
    toPath('sa.key'),
    '--public',
    toPath('sa.pub'),
  ];

  test('writes a pair in the form of kubeadm, the private key for its owner alone', async () => {
    const { code, stdout, stderr } = await runTree(words());
    expect([code, stderr]).toEqual([0, '']);
    expect(readText('sa.key')).toMatch(new RegExp(`^-----BEGIN ${label}-----\n`));
    expect(readText('sa.pub')).toMatch(/^-----BEGIN PUBLIC KEY-----\n/);
    expect(statSync(toPath('sa.key')).mode & 0o777).toBe(0o600);
    expect(statSync(toPath('sa.pub')).mode & 0o777).toBe(0o644);
    expect(readdirSync(folder).sort()).toEqual(['sa.key', 'sa.pub']);
    const kid = toKubernetesKid(createPublicKey(createPrivateKey(readText('sa.key'))));
    expect(toKubernetesKid(createPublicKey(readText('sa.pub')))).toBe(kid);
    expect(stdout).toBe(`${kid} (${alg})\nwrote ${toPath('sa.key')}\nwrote ${toPath('sa.pub')}\n`);
  });

  test('as JSON says the same, and nothing of the private key', async () => {
    const { stdout } = await runTree([...words(), '-o', 'json']);
    const kid = toKubernetesKid(createPublicKey(readText('sa.pub')));
    expect(JSON.parse(stdout)).toEqual({ kid, alg, private: toPath('sa.key'), public: toPath('sa.pub') });
  });
});

describe('keys generate', () => {
  test.each(['sa.key', 'sa.pub'])('leaves %s where it exists, and writes neither', async (taken) => {
    writeFileSync(toPath(taken), 'precious');
    const words = [
      'keys',
      'generate',
      '--type',
      'p256',
      '--out',
      toPath('sa.key'),
      '--public',
      toPath('sa.pub'),
    ];
    const { code, stdout, stderr } = await runTree(words);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toBe(
      `iam-bridge keys generate: ${toPath(taken)} exists, and may be the only copy of a key that signs: choose another name, or give --force\n`,
    );
    expect(readText(taken)).toBe('precious');
    expect(readdirSync(folder)).toEqual([taken]);
  });

  test('overwrites with --force, and with no wider mode than a new file has', async () => {
    writeFileSync(toPath('sa.key'), 'old', { mode: 0o666 });
    const { code } = await runTree([
      'keys',
      'generate',
      '--type',
      'p256',
      '--out',
      toPath('sa.key'),
      '--force',
    ]);
    expect(code).toBe(0);
    expect(readText('sa.key')).toMatch(/EC PRIVATE KEY/);
    expect(statSync(toPath('sa.key')).mode & 0o777).toBe(0o600);
  });

  test('tells a folder that is not there as a failure of the disk', async () => {
    const { code, stderr } = await runTree([
      'keys',
      'generate',
      '--type',
      'p256',
      '--out',
      toPath('no/sa.key'),
    ]);
    expect(code).toBe(3);
    expect(stderr).toMatch(/^iam-bridge keys generate: cannot write the key: ENOENT/);
  });

  test('tells mistakes all at once', async () => {
    expect(toLines((await runTree(['keys', 'generate', '--type', 'dsa', '--public', ''])).stderr)).toEqual([
      expect.stringMatching(/--type is none of rsa, p256: give rsa/),
      expect.stringMatching(/--out is missing: give/),
      expect.stringMatching(/--public is empty: give/),
    ]);
    expect((await runTree(['keys', 'generate', '--out', '-'])).stderr).toMatch(
      /- is no file: .* give a path/,
    );
    const { code, stderr } = await runTree(['keys', 'generate', '--out', 'a', '--public', './a']);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/--out and --public are the same file/)]);
  });
});

describe('keys jwks', () => {
  const rsa = generateRsa();
  const ec = generateEc();

  test('prints the keys of all files, sorted, and nothing private', async () => {
    writeFileSync(toPath('sa.key'), toPem(rsa, 'pkcs1'));
    writeFileSync(toPath('both.pem'), toPem(ec, 'sec1') + toPem(rsa, 'spki'));
    const { code, stdout, stderr } = await runTree([
      'keys',
      'jwks',
      '--from',
      toPath('sa.key'),
      toPath('both.pem'),
    ]);
    expect([code, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toEqual(JSON.parse(renderJwks([toJwk(rsa), toJwk(ec)])));
    expect(stdout).toContain('\n  "keys": [\n');
    for (const name of ['d', 'p', 'q', 'dp', 'dq', 'qi']) expect(stdout).not.toContain(`"${name}"`);
  });

  test('as JSON prints the bytes that are published', async () => {
    const { stdout } = await runTree(['keys', 'jwks', '--from', '-', '-o', 'json'], {
      input: toPem(ec, 'spki'),
    });
    expect(stdout).toBe(renderJwks([toJwk(ec)]));
  });

  test('reads a JWKS, too, and says what it left out', async () => {
    const jwks = renderJwks([toJwk(ec)]).replace(']}', ',{"kty":"OKP","kid":"o"}]}');
    const { code, stdout, stderr } = await runTree(['keys', 'jwks', '--from', '-', '-o', 'json'], {
      input: jwks,
    });
    expect([code, stdout]).toEqual([0, renderJwks([toJwk(ec)])]);
    expect(stderr).toMatch(/^iam-bridge keys jwks: standard input: key "o" is not fit: /);
  });

  test('refuses a JWKS with a private key, without any of it', async () => {
    const secret = ec.privateKey.export({ format: 'jwk' });
    const input = JSON.stringify({ keys: [{ ...secret, kid: 'a', use: 'sig', alg: 'ES256' }] });
    const { code, stdout, stderr } = await runTree(['keys', 'jwks', '--from', '-'], { input });
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/private key material/);
    expect(stderr).not.toContain(secret.d);
  });

  test('tells what is wrong with every file', async () => {
    writeFileSync(toPath('a'), 'ssh-rsa AAAA');
    writeFileSync(toPath('b'), Buffer.alloc(1024 * 1024 + 1, '{'));
    const from = ['a', 'b', 'c'].map(toPath);
    const { code, stdout, stderr } = await runTree(['keys', 'jwks', '--from', ...from]);
    expect([code, stdout]).toEqual([2, '']);
    expect(toLines(stderr)).toEqual([
      expect.stringMatching(/--from .*\/a: it has no PEM block/),
      expect.stringMatching(/--from: .*\/b is longer than 1048576 bytes: is it the right file\?/),
      expect.stringMatching(/--from: there is no file .*\/c$/),
    ]);
  });

  test('does not read more of standard input than it needs', async () => {
    const { code, stderr } = await runTree(['keys', 'jwks', '--from', '-'], { input: 'x'.repeat(2 ** 21) });
    expect([code, stderr]).toEqual([2, expect.stringMatching(/--from: standard input is longer than/)]);
  });

  test('refuses two keys of one id', async () => {
    writeFileSync(toPath('a'), renderJwks([createJwk('same')]));
    writeFileSync(toPath('b'), renderJwks([createJwk('same')]));
    const { code, stderr } = await runTree(['keys', 'jwks', '--from', toPath('a'), toPath('b')]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/two keys of the id "same": leave one out/)]);
  });

  test('without a source says what could be one', async () => {
    expect(await runTree(['keys', 'jwks'])).toEqual({
      code: 2,
      stdout: '',
      stderr: 'iam-bridge keys jwks: --from is missing: give cluster, or PEM or JWKS files\n',
    });
  });
});

describe('of a cluster', () => {
  let cluster: IssuerCluster;
  const key = createJwk();

  beforeEach(async () => {
    cluster = await startIssuerCluster(ISSUER);
    cluster.writeKubeconfig(toPath('config'));
    cluster.set([key]);
  });

  afterEach(() => cluster.close());

  const runJwks = (env?: NodeJS.ProcessEnv, ...more: readonly string[]) =>
    runTree(['keys', 'jwks', '--from', 'cluster', '-o', 'json', ...more], env && { env });

  test('keys jwks prints what it publishes, found as kubectl finds it', async () => {
    expect((await runJwks({}, '--kubeconfig', toPath('config'))).stdout).toBe(renderJwks([key]));
    expect((await runJwks({ KUBECONFIG: toPath('config') })).stdout).toBe(renderJwks([key]));
    expect(cluster.paths.filter((path) => path === '/openid/v1/jwks')).toHaveLength(2);
  });

  test.each([
    [401, /credential is not accepted/],
    [403, /clusterrolebinding .*--clusterrole=system:service-account-issuer-discovery/],
    [404, /set --service-account-issuer/],
    [500, /answered 500: no/],
  ])('that answers %i is a failure of the outside, with the remedy', async (status, message) => {
    cluster.set([key], { status });
    const { code, stderr } = await runJwks({ KUBECONFIG: toPath('config') });
    expect([code, stderr]).toEqual([3, expect.stringMatching(message)]);
  });

  test('that has no kubeconfig is told by its usual place, and several at once are refused', async () => {
    const missing = await runJwks({ HOME: folder });
    expect([missing.code, missing.stderr]).toEqual([2, expect.stringContaining(toPath('.kube/config'))]);
    const several = await runJwks({ KUBECONFIG: '/a:/b' });
    expect([several.code, several.stderr]).toEqual([
      2,
      expect.stringMatching(/KUBECONFIG names several files.*--kubeconfig/),
    ]);
  });

  test('keys rotate drops the keys that it has now', async () => {
    const words = ['keys', 'rotate', '--plan', '--from', 'cluster', '--issuer', ISSUER, '-o', 'json'];
    const env = { KUBECONFIG: toPath('config') };
    const { code, stdout } = await runTree(words, { env });
    expect([code, JSON.parse(stdout).oldKids]).toEqual([0, [key.kid]]);
    cluster.set([key], { issuer: `${ISSUER}/` });
    const other = await runTree(words, { env });
    expect([other.code, other.stderr]).toEqual([
      2,
      expect.stringMatching(/calls its issuer .* and every character counts: give its own as --issuer/),
    ]);
  });
});

describe('keys rotate --plan', () => {
  const words = ['keys', 'rotate', '--plan', '--start', '2026-01-31T10:00:00+01:00'];

  async function readSteps(...more: readonly string[]) {
    const { stdout } = await runTree([...words, '-o', 'json', ...more]);
    return JSON.parse(stdout).steps as { step: number; notBefore: string; how: string[]; kops: string[] }[];
  }

  test('has six steps with the dates of this token life and cache', async () => {
    const steps = await readSteps('--token-lifetime', '12h', '--cache-time', '36h');
    expect(steps.map(({ step, notBefore }) => `${step} ${notBefore}`)).toEqual([
      '1 2026-01-31T09:00:00.000Z',
      '2 2026-01-31T09:00:00.000Z',
      '3 2026-01-31T09:00:00.000Z',
      '4 2026-02-01T21:00:00.000Z',
      '5 2026-02-01T21:00:00.000Z',
      '6 2026-02-02T10:00:00.000Z',
    ]);
  });

  test('publishes both keys before the new one signs, and accepts the old one until the end', async () => {
    const flags = (await readSteps()).map(({ how }) => how.join('\n'));
    const order = [
      'keys generate',
      'sa-new.pub',
      'publish',
      'signing-key-file=/etc/kubernetes/pki/sa-new.key',
      '',
      '--drop',
    ];
    for (const [index, text] of order.entries()) expect(flags[index]).toContain(text);
    for (const index of [1, 3])
      expect(flags[index]).toContain('--service-account-key-file=/etc/kubernetes/pki/sa.pub');
    expect(flags[5]).not.toContain('sa.pub');
  });

  test('reads well: each step with its time, commands and checks', async () => {
    const { code, stdout, stderr } = await runTree([...words, '--issuer', ISSUER, '--to', './public']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^1\. Generate the new key\n {3}not before 2026-01-31T09:00:00\.000Z\n/);
    expect(stdout).toContain(
      `iam-bridge publish --to ./public --issuer ${ISSUER} --from cluster --drop "$OLD_KID"`,
    );
    expect(stdout).toContain(`iam-bridge issuer drift --issuer ${ISSUER}`);
    expect(stdout).toContain('kops distrust keypair service-account');
    expect(stdout).not.toContain('undefined');
  });

  test('makes no command of a key id', async () => {
    const input = renderJwks([createJwk("a'; reboot #")]);
    const { stdout } = await runTree([...words, '--from', '-', '--to', 'a b'], { input });
    expect(stdout).toContain(String.raw`--drop 'a'\''; reboot #'`);
    expect(stdout).toContain("--to 'a b'");
  });

  test('tells mistakes all at once', async () => {
    const wrong = ['--issuer', 'x', '--start', '2026-01-31', '--token-lifetime', '5m', '--cache-time', '-1h'];
    const { code, stdout, stderr } = await runTree(['keys', 'rotate', ...wrong]);
    expect([code, stdout]).toEqual([2, '']);
    expect(toLines(stderr)).toEqual([
      expect.stringMatching(/--plan is missing/),
      expect.stringMatching(/--issuer: the issuer "x" is not written as https/),
      expect.stringMatching(/--start is no time with its zone: give one such as/),
      expect.stringMatching(
        /--token-lifetime is no duration of 10 minutes to ten years: give one such as 24h/,
      ),
      expect.stringMatching(/--cache-time is no duration of at most ten years/),
    ]);
  });
});

test.each([['keys'], ['keys', 'generate'], ['keys', 'jwks'], ['keys', 'rotate']])(
  '%s %s --help explains itself',
  async (...words) => {
    const { code, stdout, stderr } = await runTree([...words, '--help']);
    expect([code, stderr]).toEqual([0, '']);
    if (words.length > 1) expect(stdout).toMatch(/Example[\s\S]*iam-bridge keys [\s\S]*Exit codes/);
    expect(stdout).not.toContain('undefined');
  },
);
