import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createNetworkKeys } from '../../src/commands/verify/keys.ts';
import type { VerifyFlags } from '../../src/commands/verify/plan.ts';
import { runVerify } from '../../src/commands/verify/run.ts';
import { RULES } from '../../src/web-identity/token/rules.ts';
import { type Checkout, createCheckout, endPrograms, run } from '../support/commands/program.ts';
import { createSurroundings } from '../support/commands/surroundings.ts';
import { toDiscoveryText } from '../support/issuer/discovery.ts';
import { PROVIDER, ROLE, STATEMENT } from '../support/web-identity/sts.ts';
import { AUDIENCE, createToken, ec, ISSUER, NOW, rsa, SUBJECT } from '../support/web-identity/tokens.ts';

const folder = mkdtempSync(join(tmpdir(), 'iam-bridge-verify-'));
const write = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const JWKS = JSON.stringify({
  keys: [rsa, ec].map(({ kid, alg, publicKey }) => ({
    ...publicKey.export({ format: 'jwk' }),
    kid,
    alg,
    use: 'sig',
  })),
});
const jwks = write('jwks.json', JWKS);
const policy = write('policy.json', JSON.stringify({ Version: '2012-10-17', Statement: [STATEMENT] }));
const good = createToken();

afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

interface Setting {
  readonly jwt?: string;
  readonly input?: string | Readable;
  readonly flags?: VerifyFlags;
}

/** Without a network, so that a fetch fails the test. */
async function verify({ jwt, input = '', flags = {} }: Setting, online = false): Promise<Run> {
  const { surroundings, written: kept } = createSurroundings({ input, now: () => NOW * 1000 });
  const offline = (): never => {
    throw new Error('nothing may be fetched here');
  };
  const code = await runVerify({ jwt, flags }, surroundings, online ? createNetworkKeys : offline);
  const written = { out: kept.stdout, err: kept.stderr };
  for (const secret of [good, jwt ?? '', typeof input === 'string' ? input : ''])
    for (const part of secret.split('.').filter(({ length }) => length > 40))
      expect(written.out + written.err).not.toContain(part.slice(0, 40));
  return { code, ...written };
}

describe('verify with keys from a file', () => {
  test('shows every check in order, and accepts a good token', async () => {
    const { code, out, err } = await verify({ jwt: good, flags: { jwks, issuer: [ISSUER] } });
    expect([code, err]).toEqual([0, '']);
    const lines = out.split('\n');
    expect(lines.slice(0, RULES.length).map((line) => line.split(/ +/)[1])).toEqual(
      RULES.map(({ name }) => name),
    );
    expect(lines.slice(0, RULES.length).every((line) => line.startsWith('✔ '))).toBe(true);
    expect(out).toContain(`accepted: "${SUBJECT}" of "${ISSUER}"`);
  });

  test('names the rule, what was seen, and what AWS says', async () => {
    const jwt = createToken({ claims: { aud: 'sts.amazon.com' } });
    const { code, out } = await verify({ jwt, flags: { jwks, issuer: [ISSUER] } });
    expect(code).toBe(1);
    expect(out).toContain('✘ audience');
    expect(out).toContain('the token is for "sts.amazon.com"; accepted: "sts.amazonaws.com"');
    expect(out).toContain('InvalidIdentityToken (HTTP 400): Incorrect token audience');
  });

  test('trusts the issuer that the token names, and says so, where there is no --issuer', async () => {
    const { code, err } = await verify({ jwt: good, flags: { jwks, offline: true } });
    expect(code).toBe(0);
    expect(err).toContain(`no --issuer: "${ISSUER}" is trusted, because the token says so`);
  });

  test.each([
    ['strict', 1, 'refused by type (typ-not-allowed, configuration)'],
    ['aws', 0, '! type'],
  ])('--profile %s decides over rules that are ours', async (profile, code, text) => {
    const jwt = createToken({ header: { typ: 'at+jwt' } });
    const done = await verify({ jwt, flags: { jwks, issuer: [ISSUER], profile } });
    expect(done.code).toBe(code);
    expect(done.out).toContain(text);
  });

  test('--at, --leeway and --audience are heeded', async () => {
    const base = { jwks, issuer: [ISSUER] };
    const ofCode = async (flags: VerifyFlags) =>
      (await verify({ jwt: good, flags: { ...base, ...flags } })).code;
    expect(await ofCode({ at: '2026-03-18T12:00:00Z' })).toBe(0);
    expect(await ofCode({ at: '2026-03-18T14:00:00+01:00' })).toBe(0);
    expect(await ofCode({ at: '2026-03-18T13:05:00Z' })).toBe(1);
    expect(await ofCode({ at: String(NOW + 3600) })).toBe(0);
    expect(await ofCode({ at: String(NOW + 3600), leeway: '0' })).toBe(1);
    expect(await ofCode({ audience: ['a', 'b'] })).toBe(1);
    expect(await ofCode({ audience: ['a', AUDIENCE] })).toBe(0);
  });

  test('-o json has the same, and no token', async () => {
    const jwt = createToken({ claims: { exp: NOW - 3600, iat: NOW - 7200 } });
    const flags = { jwks, issuer: [ISSUER], output: 'json' };
    const refused = JSON.parse((await verify({ jwt, flags })).out);
    expect(refused).toMatchObject({
      accepted: false,
      refusal: { rule: 'expiry', code: 'token-expired', class: 'expired' },
      stsAnswer: { code: 'ExpiredTokenException', status: 400 },
    });
    expect(refused.checks).toHaveLength(RULES.length);
    const accepted = JSON.parse((await verify({ jwt: good, flags })).out);
    expect(accepted).toMatchObject({
      accepted: true,
      kid: ec.kid,
      claims: { sub: SUBJECT, aud: [AUDIENCE] },
    });
  });
});

describe('the token', () => {
  const flags = { jwks, issuer: [ISSUER] };

  test('comes from standard input, where a line break is the shell’s', async () => {
    expect((await verify({ jwt: '-', input: `${good}\n`, flags })).code).toBe(0);
  });

  test('comes from a file, where a line break is sent as it is', async () => {
    expect((await verify({ flags: { ...flags, tokenFile: write('token', good) } })).code).toBe(0);
    const { code, out } = await verify({ flags: { ...flags, tokenFile: write('broken', `${good}\n`) } });
    expect(code).toBe(1);
    expect(out).toContain('it ends in white space: write the token file without a line break at its end');
  });

  test('is not read to its end where it has none', async () => {
    const input = new Readable({ read: () => void input.push(Buffer.alloc(16_384, 'a')) });
    const { code, out } = await verify({ jwt: '-', input, flags });
    expect(code).toBe(1);
    expect(out).toContain('token-too-long');
  });

  test.each([
    ['quotes', `"${good}"`, 'in quotes'],
    ['Bearer', `Bearer ${good}`, 'after "Bearer "'],
    ['a TokenRequest', JSON.stringify({ kind: 'TokenRequest', status: { token: good } }), 'in the JSON of'],
  ])('comes with %s from a hand or a pipe, and is judged without', async (_, text, layer) => {
    for (const given of [{ jwt: text }, { jwt: '-', input: `${text}\n` }]) {
      const { code, err } = await verify({ ...given, flags });
      expect(code).toBe(0);
      expect(err).toContain(`the token came ${layer}`);
    }
    // Of a file AWS is sent every byte.
    const { code, out } = await verify({ flags: { ...flags, tokenFile: write('wrapped', text) } });
    expect(code).toBe(1);
    expect(out).toContain(`the token is ${layer}`);
  });

  test.each<[string, () => string, string]>([
    ['a path', () => '/var/run/secrets/eks.amazonaws.com/serviceaccount/token', 'it is a path'],
    ['the path of a file', () => write('some-token', good), 'it is a path'],
    ['the name of a file beside us', () => 'package.json', 'it is the name of a file'],
  ])('that is %s is to be given as one', async (_, toPath, text) => {
    const { code, out, err } = await verify({ jwt: toPath(), flags });
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(`the token: ${text}`);
    expect(err).toContain('--token-file FILE');
  });

  test('in place of the name of a file is not repeated', async () => {
    for (const tokenFile of [good, `Bearer ${good}`, `./${good}`]) {
      const { code, out, err } = await verify({ flags: { ...flags, tokenFile } });
      expect([code, out]).toEqual([2, '']);
      expect(err).toContain('there is a token in place of the name of a file');
      expect(err).not.toContain(good.slice(0, 40));
    }
  });
});

describe('with a policy verify gives the whole answer of STS', () => {
  const flags = { jwks, issuer: [ISSUER], policy, roleArn: ROLE };

  test('a grant', async () => {
    const { code, out } = await verify({ jwt: good, flags });
    expect(code).toBe(0);
    expect(out).toContain(`granted: AWS STS would give ${ROLE} for 3600 s`);
  });

  test('a denial, with what AWS does not say', async () => {
    const jwt = createToken({
      claims: { sub: 'system:serviceaccount:demo:default', 'kubernetes.io': undefined },
    });
    const { code, out } = await verify({ jwt, flags });
    expect(code).toBe(1);
    expect(out).toContain('AccessDenied (HTTP 403): Not authorized to perform sts:AssumeRoleWithWebIdentity');
    expect(out).toMatch(/What it does not say: .*default.*StringEquals/);
  });

  test('--client-id, --account, --session-name and --duration are heeded', async () => {
    const answer = async (more: VerifyFlags) =>
      JSON.parse((await verify({ jwt: good, flags: { ...flags, ...more, output: 'json' } })).out).sts;
    expect(await answer({})).toMatchObject({
      granted: true,
      provider: PROVIDER.arn,
      roleSessionName: 'iam-bridge-verify',
    });
    expect(await answer({ clientId: ['other'] })).toMatchObject({
      error: { message: 'Incorrect token audience' },
    });
    expect(await answer({ account: '444455556666' })).toMatchObject({
      error: { message: `No OpenIDConnect provider found in your account for ${ISSUER}` },
    });
    expect(await answer({ sessionName: 'a/b' })).toMatchObject({ error: { code: 'ValidationError' } });
    expect(await answer({ duration: '900' })).toMatchObject({ durationSeconds: 900 });
    expect(await answer({ roleArn: PROVIDER.arn, account: '111122223333' })).toMatchObject({
      error: { message: 'Request ARN is invalid' },
    });
  });
});

describe('usage is refused, all problems at once', () => {
  const none = join(folder, 'no-such-file');
  const cases: readonly (readonly [string, Setting, readonly string[]])[] = [
    ['no token', { flags: { jwks } }, ['there is no token: give --token-file FILE, or -']],
    ['two tokens', { jwt: good, flags: { jwks, tokenFile: 'x' } }, ['there are two tokens']],
    [
      'no keys, and a token that names where they are',
      { jwt: good },
      [`Give --issuer URL (the token names "${ISSUER}")`, 'nothing is fetched'],
    ],
    ['no keys, and no token that can be read', { jwt: 'hello' }, ['Give --issuer URL, or the keys']],
    [
      '--offline alone',
      { jwt: good, flags: { offline: true, issuer: [ISSUER] } },
      ['--offline asks nobody for keys: give them with --jwks FILE'],
    ],
    [
      'an issuer that is no URL',
      { jwt: good, flags: { issuer: ['oidc.example'] } },
      ['--issuer: the issuer "oidc.example" is not written as'],
    ],
    [
      'keys in PEM',
      { jwt: good, flags: { jwks: write('sa.pub', '-----BEGIN PUBLIC KEY-----\n'), issuer: [ISSUER] } },
      ['is PEM and not a key set', 'iam-bridge keys jwks --from '],
    ],
    ['--ca with --jwks', { jwt: good, flags: { jwks, ca: 'x' } }, ['--ca is for fetching keys']],
    [
      'several',
      { jwt: good, flags: { jwks, leeway: '-1', at: 'tomorrow', roleArn: ROLE } },
      ['--leeway "-1": give seconds', '--at "tomorrow": give', '--role-arn only with --policy FILE'],
    ],
    [
      'a local time',
      { jwt: good, flags: { jwks, at: '2026-03-18T12:00:00' } },
      ['--at "2026-03-18T12:00:00"'],
    ],
    ['a policy without a role', { jwt: good, flags: { jwks, policy } }, ['--policy needs --role-arn ARN']],
    [
      'what STS has fixed',
      { jwt: good, flags: { jwks, policy, roleArn: ROLE, leeway: '1', profile: 'aws' } },
      ['--profile, --leeway not with --policy'],
    ],
    [
      'a role without an account',
      { jwt: good, flags: { jwks, policy, roleArn: 's3-echoer' } },
      ['--role-arn "s3-echoer" has no account'],
    ],
    [
      'a wrong account',
      { jwt: good, flags: { jwks, policy, roleArn: ROLE, account: '1' } },
      ['--account "1": give the 12 digits'],
    ],
    [
      'files that are not there',
      { flags: { jwks: none, tokenFile: none } },
      ['the token: there is no file', '--jwks: there is no file'],
    ],
    [
      'authorities that are none',
      { jwt: good, flags: { issuer: [ISSUER], ca: policy } },
      ['--ca: ', 'it holds no PEM certificate'],
    ],
    ['a folder', { jwt: good, flags: { jwks: folder } }, ['is a folder']],
    ['a file without an end', { jwt: good, flags: { jwks: '/dev/zero' } }, ['/dev/zero is longer than']],
    ['keys that are none', { jwt: good, flags: { jwks: policy } }, ['--jwks: ', 'it has no array "keys"']],
    [
      'a policy that IAM does not take',
      { jwt: good, flags: { jwks, policy: jwks, roleArn: ROLE } },
      ['is no trust policy that IAM takes'],
    ],
  ];
  test.each(cases)('%s', async (_what, setting, texts) => {
    const { code, out, err } = await verify(setting);
    expect([code, out]).toEqual([2, '']);
    for (const text of texts) expect(err).toContain(text);
    for (const line of err.trimEnd().split('\n')) expect(line).toMatch(/^iam-bridge verify: /);
  });
});

describe('verify with keys from the network', () => {
  let server: Server;
  let issuer: string;
  let asked: string[] = [];

  beforeAll(async () => {
    server = createServer((request, response) => {
      asked.push(request.url ?? '');
      const bodies: Record<string, string> = {
        '/.well-known/openid-configuration': toDiscoveryText(issuer),
        '/keys': JWKS,
      };
      const body = bodies[request.url ?? ''];
      response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'application/json' }).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => {
    asked = [];
  });
  afterAll(() => server.close());

  test('asks the issuer that was named', async () => {
    const jwt = createToken({ claims: { iss: issuer } });
    const { code, out, err } = await verify({ jwt, flags: { issuer: [issuer] } }, true);
    expect(out).toContain('accepted');
    expect(code).toBe(0);
    expect(asked).toEqual(['/.well-known/openid-configuration', '/keys']);
    expect(err).toBe('');
  });

  test('asks nobody for a token of another issuer', async () => {
    const { code, out } = await verify({ jwt: good, flags: { issuer: [issuer] } }, true);
    expect(code).toBe(1);
    expect(out).toContain('issuer-unknown');
    expect(asked).toEqual([]);
  });

  test.each([
    [3, 'keys-unavailable', 'nobody answers', () => 'http://127.0.0.1:1'],
    [1, 'keys-refused', 'nothing is published', () => `${issuer}/gone`],
  ])('exits %i (%s) where %s', async (code, refusal, _what, toIssuer) => {
    const jwt = createToken({ claims: { iss: toIssuer() } });
    const done = await verify({ jwt, flags: { issuer: [toIssuer()] } }, true);
    expect(done.code).toBe(code);
    expect(done.out).toContain(refusal);
  });
});

describe('the executable', () => {
  let checkout: Checkout;
  beforeAll(() => {
    checkout = createCheckout();
  });
  afterAll(async () => {
    await endPrograms();
    checkout.remove();
  });
  const start = (...words: readonly string[]) => run([...checkout.ways['iam-bridge'], 'verify', ...words]);

  test('verifies by its flags', async () => {
    const file = write('token-of-program', good);
    const done = await start(
      '--token-file',
      file,
      '--offline',
      '--jwks',
      jwks,
      '--issuer',
      'https://a.example',
      '--issuer',
      ISSUER,
      '--at',
      String(NOW),
    );
    expect(done).toMatchObject({ code: 0, stderr: '' });
    expect(done.stdout).toContain('accepted');
  });

  test('explains itself, and refuses what it does not know', async () => {
    const help = await start('--help');
    expect(help.code).toBe(0);
    expect(help.stdout).toContain('iam-bridge verify - --issuer');
    expect(await start('--profile', 'lax', good)).toMatchObject({ code: 2, stdout: '' });
  });
});
