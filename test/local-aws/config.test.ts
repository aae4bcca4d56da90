import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DEFAULT_CONFIG, EXAMPLE_CONFIG } from '../../src/local-aws/config/example.ts';
import { readLocalAwsConfig } from '../../src/local-aws/config/read.ts';
import { toUniqueId } from '../../src/local-aws/principal.ts';
import { createJwk } from '../support/issuer/jwks.ts';

const JWKS = JSON.stringify({ keys: [createJwk()] });

/** Reads a configuration beside which there are these files. */
function read(text: string, files: Readonly<Record<string, string>> = { '/etc/jwks.json': JWKS }) {
  return readLocalAwsConfig(text, {
    resolve: (path) => `/etc/${path}`,
    read(path) {
      const file = files[path];
      if (file === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
      return file;
    },
  });
}

function configOf(text: string, files?: Readonly<Record<string, string>>) {
  const reading = read(text, files);
  if (reading.kind === 'invalid') throw new Error(reading.problems.join('\n'));
  return reading.config;
}

function problemsOf(text: string): readonly string[] {
  const reading = read(text);
  return reading.kind === 'invalid' ? reading.problems : [];
}

describe('a configuration', () => {
  test('is what the example says, which is the file in examples/', () => {
    const path = join(import.meta.dirname, '..', '..', 'examples', 'local-aws', 'config.yaml');
    expect(readFileSync(path, 'utf8')).toBe(EXAMPLE_CONFIG);
    const config = configOf(EXAMPLE_CONFIG);
    expect(config.providers).toEqual([
      {
        url: 'https://issuer.example',
        arn: 'arn:aws:iam::111122223333:oidc-provider/issuer.example',
        clientIds: ['sts.amazonaws.com'],
        keys: { kind: 'file', path: '/etc/jwks.json' },
      },
    ]);
    expect(config.roles).toMatchObject([
      {
        arn: 'arn:aws:iam::111122223333:role/s3-echoer',
        maxSessionDuration: 3_600,
        principals: [],
        permissions: [
          { effect: 'Allow', actions: ['s3:PutObject'], resources: ['arn:aws:s3:::iam-bridge-demo/*'] },
        ],
      },
    ]);
    const arn = 'arn:aws:iam::111122223333:user/alice';
    expect(config.users).toMatchObject([
      { principal: { arn, userId: toUniqueId('AIDA', arn), account: '111122223333' } },
    ]);
    expect(config.instances).toMatchObject([
      { id: 'i-0123456789abcdef0', account: '111122223333', state: 'running' },
    ]);
    expect(config.buckets).toEqual(['iam-bridge-demo']);
  });

  test('may be empty, and the default one is sound', () => {
    expect(configOf('')).toMatchObject({ providers: [], roles: [], users: [], instances: [], buckets: [] });
    expect(configOf(DEFAULT_CONFIG).buckets).toEqual(['iam-bridge-demo']);
  });

  test.each([
    ['', { kind: 'discovery' }],
    ['jwksUri: http://127.0.0.1:8080/keys', { kind: 'jwks', url: 'http://127.0.0.1:8080/keys' }],
    ['jwksFile: jwks.json', { kind: 'file', path: '/etc/jwks.json' }],
  ])('has the keys of a provider: %s', (line, keys) => {
    const text = `providers:\n  - url: https://issuer.example\n    clientIds: [a]\n    ${line}`;
    expect(configOf(text).providers[0]?.keys).toEqual(keys);
  });

  const POLICY =
    '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"sts:AssumeRole"}}';
  const ROLE = 'roles:\n  - arn: arn:aws:iam::111122223333:role/a\n    ';

  test.each([
    ['JSON in the file', `${ROLE}trustPolicy: '${POLICY}'`],
    ['YAML in the file', `${ROLE}trustPolicy: ${POLICY}`],
    ['a file of its own', `${ROLE}trustPolicyFile: policy.json`],
  ])('has a trust policy as %s, with who may assume the role', (_, text) => {
    const { roles } = configOf(text, { '/etc/policy.json': POLICY });
    expect(roles).toMatchObject([{ principals: ['111122223333'], trustPolicy: { version: '2012-10-17' } }]);
  });

  test.each([
    ['{"Effect":"Allow","Principal":{"AWS":["a","b"]},"Action":["sts:*"]}', ['a', 'b']],
    ['{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}', ['*']],
    ['{"Effect":"Allow","Principal":{"AWS":"a"},"NotAction":"sts:TagSession"}', ['a']],
    ['{"Effect":"Allow","Principal":{"AWS":"a"},"NotAction":"sts:AssumeRole"}', []],
    ['{"Effect":"Allow","Principal":{"AWS":"a"},"Action":"sts:AssumeRoleWithWebIdentity"}', []],
    [
      '{"Effect":"Allow","Principal":{"AWS":"a"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"sts:ExternalId":"x"}}}',
      [],
    ],
    [
      '[{"Effect":"Allow","Principal":{"AWS":"a"},"Action":"sts:AssumeRole"},{"Effect":"Deny","Principal":{"AWS":"b"},"Action":"sts:AssumeRole"}]',
      [],
    ],
  ])('AssumeRole under %s', (statements, principals) => {
    expect(
      configOf(`${ROLE}trustPolicy: {"Version":"2012-10-17","Statement":${statements}}`).roles[0]?.principals,
    ).toEqual(principals);
  });
});

describe('a wrong configuration names the place and the remedy', () => {
  const PROVIDER = 'providers:\n  - clientIds: [a]\n    ';
  test.each([
    ['a: [', /^the file is no YAML: /],
    ['a: 1\na: 2', /^the file is no YAML: .*unique/],
    ['a: &x [1]\nb: *x', /^the file has aliases/],
    ['['.repeat(100_000), /^the file /],
    ['- a', /^the file: /],
    ['provider: []', /^the file: .*provider/],
    ['account: 111122223333', /^account: write the account in quotes/],
    [`${PROVIDER}url: issuer.example`, /^providers\[0\]\.url: an issuer is a URL such as/],
    [`${PROVIDER}url: http://issuer.example`, /^providers\[0\]\.url: .*plain http/],
    [`${PROVIDER}url: https://issuer.example?a`, /^providers\[0\]\.url: /],
    [
      `${PROVIDER}url: https://a.example\n    jwksUri: http://b.example`,
      /^providers\[0\]\.jwksUri: the URL is plain http/,
    ],
    [
      `${PROVIDER}url: https://a.example\n    jwksFile: none.json`,
      /^providers\[0\]\.jwksFile: .*none\.json cannot be read \(ENOENT\): make it, or give a path from the folder of this file$/,
    ],
    [
      `${PROVIDER}url: https://a.example\n    jwksFile: jwks.json\n    jwksUri: https://a.example/keys`,
      /^providers\[0\]: give jwksFile or jwksUri/,
    ],
    [`${PROVIDER}url: https://a.example\n    caFile: none.pem`, /^providers\[0\]\.caFile: /],
    [
      'providers:\n  - url: https://a.example\n    clientIds: []',
      /^providers\[0\]\.clientIds: name at least one/,
    ],
    [
      'roles:\n  - arn: arn:aws:iam::111122223333:role/a',
      /^roles\[0\]: give either trustPolicy or trustPolicyFile$/,
    ],
    ['roles:\n  - arn: arn:aws:iam::111122223333:user/a', /^roles\[0\]\.arn: a role is arn:aws:iam::/],
    ['roles:\n  - arn: arn:aws:iam::111122223333:role/a\n    trustPolicy: "{"', /^roles\[0\]\.trustPolicy: /],
    [
      'roles:\n  - arn: arn:aws:iam::111122223333:role/a\n    trustPolicy: {Version: "2012-10-17", Statement: {Effect: Maybe}}',
      /^roles\[0\]\.trustPolicy at \/Statement/,
    ],
    ['instances:\n  - id: i-1\n    privateDnsName: a', /^instances\[0\]\.id: an instance id is/],
    ['buckets: [UPPER]', /^buckets\[0\]: this is no bucket name/],
    ['buckets: [../up]', /^buckets\[0\]: this is no bucket name/],
  ])('%.200j', (text, expected) => {
    expect(problemsOf(text).join('\n')).toMatch(expected);
  });

  test('all problems at once', () => {
    expect(problemsOf('account: "1"\nbuckets: [A]\nregion: "?"').length).toBe(3);
  });

  test('something that is there twice', () => {
    const user =
      '{arn: "arn:aws:iam::111122223333:user/a", accessKeyId: AKIAEXAMPLEEXAMPLE00, secretAccessKey: x}';
    expect(problemsOf(`users: [${user}, ${user}]`)).toEqual([
      'users: AKIAEXAMPLEEXAMPLE00 is there more than once, and only one could count',
    ]);
  });
});
