import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type PublishDeps, runPublish } from '../../src/commands/publish/run.ts';
import type { PublishOptions } from '../../src/commands/publish/settings.ts';
import type { Surroundings } from '../../src/commands/surroundings.ts';
import { type PublicJwk, renderJwks } from '../../src/issuer/documents.ts';
import { CREDENTIALS, type RecordingS3, startRecordingS3 } from '../support/aws/recording-s3.ts';
import { type IssuerCluster, startIssuerCluster } from '../support/commands/issuer-cluster.ts';
import { createSurroundings } from '../support/commands/surroundings.ts';
import { runTree, toLines } from '../support/commands/tree.ts';
import { createJwk } from '../support/issuer/jwks.ts';
import { generateEc, toPem } from '../support/issuer/key-files.ts';

const ISSUER = 'https://oidc.example/one';
const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 5, 1);

const first = createJwk();
const second = createJwk();

let folder: string;
let publicFolder: string;
let cluster: IssuerCluster;
let now: number;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'iam-bridge-publish-'));
  publicFolder = join(folder, 'public');
  cluster = await startIssuerCluster(ISSUER);
  cluster.writeKubeconfig(join(folder, 'config'));
  cluster.set([first]);
  now = NOW;
});

afterEach(async () => {
  await cluster.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Publishes from the cluster to the folder, at `now`, unless told otherwise. */
async function publish(
  options: Partial<PublishOptions> = {},
  more: Partial<PublishDeps & Pick<Surroundings, 'env' | 'now'>> & { readonly input?: Readable } = {},
): Promise<Outcome> {
  const { credentials = async () => CREDENTIALS, fetch: fetchWith = fetch, ...given } = more;
  const { surroundings, written } = createSurroundings({
    env: { KUBECONFIG: join(folder, 'config') },
    now: () => now,
    ...given,
  });
  const usual = { to: publicFolder, issuer: ISSUER, from: ['cluster'], tokenLifetime: '24h' };
  const deps = { credentials, fetch: fetchWith };
  const code = await runPublish({ ...usual, ...options }, surroundings, deps);
  // The cluster of these tests is one over plain HTTP, and every answer says so.
  const stderr = written.stderr.replace(/^.* is plain http on this machine: .*\n/gm, '');
  return { code, stdout: written.stdout, stderr };
}

function readPublished(name: string): string {
  return readFileSync(join(publicFolder, name), 'utf8');
}

function readKids(): string[] {
  return JSON.parse(readPublished('openid/v1/jwks')).keys.map(({ kid }: PublicJwk) => kid);
}

describe('to a folder', () => {
  test('all of it is written, and said', async () => {
    const { code, stdout, stderr } = await publish();
    expect(code).toBe(0);
    expect(readPublished('openid/v1/jwks')).toBe(renderJwks([first]));
    expect(JSON.parse(readPublished('.well-known/openid-configuration'))).toEqual({
      issuer: ISSUER,
      jwks_uri: `${ISSUER}/openid/v1/jwks`,
      response_types_supported: ['id_token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['ES256'],
    });
    expect(toLines(stdout)).toEqual([
      `added      ES256  ${first.kid}  it is new in the source`,
      `created ${publicFolder}/openid/v1/jwks (application/jwk-set+json)`,
      `created ${publicFolder}/.well-known/openid-configuration (application/json)`,
      `created ${publicFolder}/iam-bridge-keys.json (application/json)`,
    ]);
    expect(toLines(stderr)).toEqual([
      expect.stringMatching(/a folder has no headers: serve openid\/v1\/jwks as application\/jwk-set\+json/),
      expect.stringMatching(/iam-bridge issuer drift --issuer https:\/\/oidc\.example\/one$/),
    ]);
  });

  test('again does nothing', async () => {
    await publish();
    now += 100 * HOUR;
    const { code, stdout, stderr } = await publish();
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('nothing to write: what is published is as it should be');
  });

  test('through a rotation the old key stays as long as its tokens, then goes', async () => {
    await publish();
    cluster.set([first, second]);
    await publish();
    cluster.set([second]);
    now += HOUR;
    expect((await publish()).stdout).toContain(
      `retained   ES256  ${first.kid}  it left the source, and tokens that it signed may still live; retires at 2026-06-02T02:00:00.000Z`,
    );
    now += 25 * HOUR - 1;
    await publish();
    expect(readKids()).toContain(first.kid);
    now += 1;
    expect((await publish()).stdout).toContain(`retired    ES256  ${first.kid}`);
    expect(readKids()).toEqual([second.kid]);
  });

  test('--drop takes a key out at once, but none that the cluster has', async () => {
    await publish();
    cluster.set([second]);
    const refused = await publish({ drop: [second.kid] });
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringMatching(/the source still has it/)]);
    const { code, stdout } = await publish({ drop: [first.kid] });
    expect([code, stdout]).toEqual([0, expect.stringContaining(`dropped    ES256  ${first.kid}`)]);
    expect(readKids()).toEqual([second.kid]);
  });

  test('as JSON says what it did', async () => {
    await publish();
    cluster.set([second]);
    const { code, stdout } = await publish({ output: 'json' });
    expect(code).toBe(0);
    const { documents, keys, ...rest } = JSON.parse(stdout);
    expect(rest).toEqual({
      issuer: ISSUER,
      jwksUri: `${ISSUER}/openid/v1/jwks`,
      dryRun: false,
      notes: [expect.stringMatching(/plain http/), expect.stringMatching(/let nothing sign with .* before/)],
    });
    expect(keys).toContainEqual({
      kid: first.kid,
      alg: 'ES256',
      fate: 'retained',
      why: expect.stringMatching(/may still live/),
      retiresAt: '2026-06-02T01:00:00.000Z',
    });
    expect(documents).toContainEqual({
      where: join(publicFolder, 'openid/v1/jwks'),
      change: 'replaced',
      contentType: 'application/jwk-set+json',
      cacheControl: 'public, max-age=3600',
    });
  });

  test('--jwks-uri decides where the keys are', async () => {
    await publish({ jwksUri: `${ISSUER}/keys.json` });
    expect(readPublished('keys.json')).toBe(renderJwks([first]));
    const { code, stderr } = await publish();
    expect([code, stderr]).toEqual([2, expect.stringMatching(/give it as --jwks-uri/)]);
  });
});

describe('a dry run', () => {
  test('shows each change as a diff, writes nothing, and is 1', async () => {
    const { code, stdout, stderr } = await publish({ dryRun: true });
    expect([code, stderr]).toEqual([1, '']);
    expect(existsSync(publicFolder)).toBe(false);
    expect(stdout).toContain(`would create ${publicFolder}/openid/v1/jwks (application/jwk-set+json)`);
    expect(stdout).toContain(`--- /dev/null\n+++ ${publicFolder}/openid/v1/jwks\n@@ -0,0 +1,`);
    expect(stdout).toContain(`+      "kid": "${first.kid}",\n`);
  });

  test('shows nothing of what is there that a terminal would obey', async () => {
    await publish();
    for (const there of ['\u001b[2J\u009b', JSON.stringify({ issuer: '\u009b2J', more: '\u202e' })]) {
      writeFileSync(join(publicFolder, '.well-known/openid-configuration'), there);
      const { stdout } = await publish({ dryRun: true, replace: true });
      expect(stdout).toContain('\n-');
      expect(stdout).toMatch(/^[ -~\n]+$/);
    }
  });

  test('of what is there already shows only what differs, and is 0 where nothing does', async () => {
    await publish();
    expect((await publish({ dryRun: true })).code).toBe(0);
    cluster.set([first, second]);
    const { code, stdout } = await publish({ dryRun: true });
    expect(code).toBe(1);
    expect(stdout).toContain(`+      "kid": "${second.kid}",\n`);
    expect(stdout).not.toContain('openid-configuration');
    expect(readKids()).toEqual([first.kid]);
  });
});

describe('from files', () => {
  test('and the cluster together, which brings a new key out before the API servers have it', async () => {
    const path = join(folder, 'new.pub');
    const pair = generateEc();
    writeFileSync(path, toPem(pair, 'spki'));
    const { code } = await publish({ from: ['cluster', path] });
    expect([code, readKids().length]).toEqual([0, 2]);
  });

  test('alone asks no cluster', async () => {
    const input = Readable.from([Buffer.from(renderJwks([second]))]);
    expect((await publish({ from: ['-'] }, { input })).code).toBe(0);
    expect([readKids(), cluster.paths]).toEqual([[second.kid], []]);
  });

  test('with a private key publishes its public half only', async () => {
    const pair = generateEc();
    const input = Readable.from([Buffer.from(toPem(pair, 'sec1'))]);
    const { stdout, stderr } = await publish({ from: ['-'], output: 'json' }, { input });
    const all = stdout + stderr + readPublished('openid/v1/jwks') + readPublished('iam-bridge-keys.json');
    expect(all).not.toContain(pair.privateKey.export({ format: 'jwk' }).d);
    expect(readKids()).toHaveLength(1);
  });
});

describe('to S3', () => {
  let s3: RecordingS3;

  beforeEach(async () => {
    s3 = await startRecordingS3(() => now);
  });

  afterEach(() => s3.close());

  const to = 's3://iam-bridge-demo/one';
  const toEnv = () => ({
    KUBECONFIG: join(folder, 'config'),
    AWS_ENDPOINT_URL_S3: s3.url,
    AWS_REGION: 'eu-west-1',
  });

  test('the objects have the headers of kube-apiserver, and the keys are there first', async () => {
    const { code, stdout, stderr } = await publish({ to }, { env: toEnv() });
    expect([code, toLines(stderr)]).toEqual([0, [expect.stringMatching(/issuer drift/)]]);
    expect(stdout).toContain('created s3://iam-bridge-demo/one/openid/v1/jwks (application/jwk-set+json)');
    expect(s3.requests.filter((request) => request.startsWith('PUT'))).toEqual([
      'PUT /iam-bridge-demo/one/openid/v1/jwks',
      'PUT /iam-bridge-demo/one/.well-known/openid-configuration',
      'PUT /iam-bridge-demo/one/iam-bridge-keys.json',
    ]);
    expect(s3.objects.get('/iam-bridge-demo/one/openid/v1/jwks')).toEqual({
      body: renderJwks([first]),
      contentType: 'application/jwk-set+json',
      cacheControl: 'public, max-age=3600',
    });
    expect((await publish({ to, dryRun: true }, { env: toEnv() })).code).toBe(0);
  });

  test('a refusal is a failure of the outside; neither key nor signature is shown', async () => {
    const credentials = async () => ({
      ...CREDENTIALS,
      secretAccessKey: 'another',
      sessionToken: 'session-token',
    });
    const { code, stdout, stderr } = await publish({ to }, { env: toEnv(), credentials });
    expect([code, stdout]).toEqual([3, '']);
    expect(stderr).toMatch(
      /^iam-bridge publish: cannot read s3:.*SignatureDoesNotMatch: the secret key does not belong/,
    );
    for (const secret of ['another', 'session-token', CREDENTIALS.accessKeyId, 'Signature=']) {
      expect(stderr).not.toContain(secret);
    }
  });

  test('without credentials says where they could come from', async () => {
    const credentials = () => Promise.reject(new Error('no AWS credentials (none): set AWS_ACCESS_KEY_ID'));
    const { code, stderr } = await publish({ to }, { env: toEnv(), credentials });
    expect([code, stderr]).toEqual([3, expect.stringMatching(/no AWS credentials/)]);
  });

  test.each<readonly [Partial<PublishOptions>, NodeJS.ProcessEnv, RegExp]>([
    [{}, {}, /the region of the bucket is not known: give --region, or set AWS_REGION/],
    [{ region: 'evil.test/' }, {}, /--region, AWS_REGION or the region of the profile is no region/],
    [{ region: 'eu-west-1' }, { AWS_ENDPOINT_URL: 'nowhere' }, /AWS_ENDPOINT_URL is no http/],
    [
      { to: 's3://UPPER/one', region: 'eu-west-1' },
      {},
      /--to is neither a folder nor s3:.*bucket name is malformed/,
    ],
    [{ to: 's3://iam-bridge-demo/../x', region: 'eu-west-1' }, {}, /--to is neither .*step \. or \.\./],
    [{ to: 'https://iam-bridge-demo.s3.amazonaws.com/' }, {}, /--to is neither a folder nor s3:/],
  ])('%j with %j is told with the remedy', async (options, env, message) => {
    const { code, stderr } = await publish({ to, ...options }, { env: { KUBECONFIG: '/config', ...env } });
    expect([code, toLines(stderr)]).toEqual([2, [expect.stringMatching(message)]]);
  });
});

describe('is refused', () => {
  test('where the cluster calls itself by another name', async () => {
    cluster.set([first], { issuer: `${ISSUER}/` });
    const { code, stderr } = await publish();
    expect([code, stderr]).toEqual([2, expect.stringMatching(/give its own as --issuer/)]);
    expect(existsSync(publicFolder)).toBe(false);
  });

  test("where another issuer's documents are, unless they are to be replaced", async () => {
    await publish(
      { from: ['-'], issuer: 'https://oidc.example/two' },
      { input: Readable.from([Buffer.from(renderJwks([first]))]) },
    );
    const { code, stderr } = await publish();
    expect([code, stderr]).toEqual([2, expect.stringMatching(/its issuer is .*two.*--replace/)]);
    expect((await publish({ replace: true })).code).toBe(0);
    expect(readPublished('.well-known/openid-configuration')).toContain(`"issuer":"${ISSUER}"`);
  });

  test('where the cluster cannot be asked, as a failure of the outside', async () => {
    await cluster.close();
    const { code, stderr } = await publish();
    expect([code, stderr]).toEqual([3, expect.stringMatching(/^iam-bridge publish: .*ECONNREFUSED/)]);
  });

  test('where the folder cannot be written, as a failure of the outside', async () => {
    writeFileSync(publicFolder, 'a file');
    const { code, stderr } = await publish();
    expect([code, stderr]).toEqual([3, expect.stringMatching(/^iam-bridge publish: ENOTDIR/)]);
  });

  test('with all mistakes at once', async () => {
    const { code, stdout, stderr } = await runTree(['publish', '--token-lifetime', '1s', '--jwks-uri', 'x']);
    expect([code, stdout]).toEqual([2, '']);
    expect(toLines(stderr)).toEqual([
      expect.stringMatching(/--to is missing: give a folder, or s3:\/\/bucket\/prefix/),
      expect.stringMatching(/--issuer is missing: give/),
      expect.stringMatching(/--from is missing: give cluster/),
      expect.stringMatching(
        /--token-lifetime is no duration of 10 minutes to ten years: give one such as 24h/,
      ),
    ]);
  });
});

describe('the command line', () => {
  test('takes several sources and drops, and a key id that begins with a dash', async () => {
    const jwks = (kid: string) => renderJwks([createJwk(kid)]);
    const words = ['publish', '--to', publicFolder, '--issuer', ISSUER];
    for (const kid of ['-a', '-b']) {
      writeFileSync(join(folder, kid), jwks(kid));
      expect((await runTree([...words, '--from', join(folder, kid)])).code).toBe(0);
    }
    writeFileSync(join(folder, 'c'), jwks('c'));
    const { code, stdout } = await runTree([
      ...words,
      '--from',
      join(folder, 'c'),
      '--drop',
      '-a',
      '--drop',
      '-b',
    ]);
    expect([code, readKids(), stdout.match(/^dropped/gm)]).toEqual([0, ['c'], ['dropped', 'dropped']]);
  });

  test('--help explains itself', async () => {
    const { code, stdout, stderr } = await runTree(['publish', '--help']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/Examples[\s\S]*iam-bridge publish --to s3:[\s\S]*Exit codes/);
    for (const line of stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(120);
  });
});
