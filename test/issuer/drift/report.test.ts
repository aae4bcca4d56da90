import { describe, expect, test } from 'vitest';
import { DRIFT, type DriftCode, listDriftCodes } from '../../../src/issuer/drift/findings.ts';
import { renderDrift } from '../../../src/issuer/drift/render.ts';
import { KeySourceError } from '../../../src/issuer/keys/key-source.ts';
import {
  current,
  DISCOVERY,
  DISCOVERY_URL,
  ISSUER,
  JWKS_URL,
  look,
  next,
  type Scene,
  toDiscovery,
  toTokenAnswer,
} from '../../support/issuer/drift-scene.ts';
import { createEcJwk, createEcPair, type Jwk, toSet, useRsaPair } from '../../support/issuer/key-jwks.ts';
import { useRocaPair } from '../../support/issuer/roca-key.ts';

const codesOf = ({ findings }: { findings: readonly { code: string }[] }): string[] =>
  findings.map(({ code }) => code);

function createMany(count: number, jwk: Jwk): Jwk[] {
  return Array.from({ length: count }, (_, index) => ({ ...jwk, kid: `k${index}` }));
}

test('where both sides have the same keys, there is no drift', async () => {
  const report = await look({ account: true });
  expect(report).toMatchObject({
    outcome: 'none',
    findings: [],
    unseen: [],
    signingKey: 'current',
    keys: { same: ['current', 'next'], missing: [], different: [], onlyPublic: [] },
  });
  expect(report.fetched).toEqual([DISCOVERY_URL, JWKS_URL]);
});

test('the token that is asked for is good for nothing, and lives as short as can be', async () => {
  const { sent } = await look({ account: true });
  expect(sent).toEqual([
    {
      path: '/api/v1/namespaces/demo/serviceaccounts/s3-echoer/token',
      body: {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: { audiences: ['iam-bridge.invalid'], expirationSeconds: 600 },
      },
    },
  ]);
  expect((await look()).sent).toEqual([]);
});

test('no document of an issuer elsewhere makes us ask this machine', async () => {
  for (const jwks_uri of ['http://localhost/', 'http://127.9.9.9:1/x', 'https://[::1]/jwks']) {
    const { fetched } = await look({ discovery: { body: toDiscovery({ jwks_uri }) } });
    expect(fetched).toEqual([DISCOVERY_URL]);
  }
});

test('one algorithm that AWS takes is enough, and a token says more than what is announced', async () => {
  const announce = (...algorithms: string[]) => ({
    body: toDiscovery({ id_token_signing_alg_values_supported: algorithms }),
  });
  expect(codesOf(await look({ cluster: { discovery: announce('PS256', 'ES256') } }))).toEqual([]);
  expect(codesOf(await look({ discovery: announce('EdDSA', 'RS256') }))).toEqual([]);
  expect(codesOf(await look({ account: true, cluster: { discovery: announce('EdDSA') } }))).toEqual([]);
});

const other = { ...createEcJwk('current'), use: 'sig', alg: 'ES256' };
const renamed = { ...current, kid: 'other' };

/** Of these alone nobody may conclude that the public sees another issuer. */
const BESIDE_DRIFT: readonly string[] = [
  'content-type',
  'discovery-null-member',
  'jwks-uri-other-host',
  'slow',
];

const FINDINGS: readonly [what: string, codes: DriftCode[], scene: Scene][] = [
  [
    'the key that signs is not public',
    ['signing-key-missing'],
    { account: true, jwks: { body: toSet(next) } },
  ],
  [
    'the key that signs is neither public nor in the JWKS of the cluster',
    ['signing-key-missing'],
    { account: true, cluster: { token: toTokenAnswer({ kid: 'newest' }) } },
  ],
  [
    'no key of the cluster is public',
    ['signing-key-missing', 'key-only-public'],
    { jwks: { body: toSet(renamed) } },
  ],
  [
    'a key that does not sign is not public',
    ['key-missing'],
    { account: true, jwks: { body: toSet(current) } },
  ],
  [
    'a key is not public, and which one signs is not known',
    ['key-missing'],
    { jwks: { body: toSet(current) } },
  ],
  ['the same key id is another key', ['key-differs'], { jwks: { body: toSet(other, next) } }],
  ['a key is only public', ['key-only-public'], { jwks: { body: toSet(current, next, renamed) } }],
  [
    'a private key is public',
    ['private-key-public'],
    { jwks: { body: toSet(next, { ...createEcPair().privateJwk, kid: 'current' }) } },
  ],
  [
    'the issuer has a port',
    ['issuer-port'],
    {
      issuer: 'https://oidc.example:8443',
      cluster: { discovery: { body: toDiscovery({ issuer: 'https://oidc.example:8443' }) } },
      pages: {
        'https://oidc.example:8443/.well-known/openid-configuration': {
          contentType: 'application/json',
          body: toDiscovery({
            issuer: 'https://oidc.example:8443',
            jwks_uri: 'https://oidc.example:8443/keys',
          }),
        },
        'https://oidc.example:8443/keys': { contentType: 'application/json', body: toSet(current, next) },
      },
    },
  ],
  [
    'the cluster signs as another issuer',
    ['cluster-issuer-differs'],
    { cluster: { discovery: { body: toDiscovery({ issuer: `${ISSUER}/` }) } } },
  ],
  [
    'its tokens are those of another issuer',
    ['token-issuer-differs'],
    { account: true, cluster: { token: toTokenAnswer({}, { iss: 'https://old.example' }) } },
  ],
  [
    'the cluster signs by an algorithm that AWS does not take',
    ['signing-algorithm-not-accepted'],
    { account: true, cluster: { token: toTokenAnswer({ alg: 'ML-DSA-65' }) } },
  ],
  ...[['PS256'], ['HS256', 'none'], ['EdDSA'], ['es256'], [256]].flatMap(
    (algorithms): [string, DriftCode[], Scene][] => {
      const body = toDiscovery({ id_token_signing_alg_values_supported: algorithms });
      const codes: DriftCode[] = ['signing-algorithm-not-accepted'];
      return [
        [
          `the cluster announces tokens by ${algorithms} and none is asked for`,
          codes,
          { cluster: { discovery: { body } } },
        ],
        [
          `the public is told of tokens by ${algorithms}`,
          typeof algorithms[0] === 'string' ? codes : ['discovery-incomplete', ...codes],
          { discovery: { body } },
        ],
      ];
    },
  ),
  [
    'the public discovery document is that of another issuer',
    ['discovery-issuer-differs'],
    { discovery: { body: toDiscovery({ issuer: `${ISSUER}/` }) } },
  ],
  ...Object.keys(DISCOVERY).map((name): [string, DriftCode[], Scene] => [
    `the public discovery document lacks ${name}`,
    ['discovery-incomplete'],
    { discovery: { body: toDiscovery({ [name]: undefined }) } },
  ]),
  [
    'a list of the public discovery document is empty',
    ['discovery-incomplete'],
    { discovery: { body: toDiscovery({ subject_types_supported: [] }) } },
  ],
  [
    'a list of the public discovery document has no strings',
    ['discovery-incomplete'],
    { discovery: { body: toDiscovery({ response_types_supported: [1] }) } },
  ],
  [
    'a list of the public discovery document is null',
    ['discovery-null-member'],
    { discovery: { body: toDiscovery({ subject_types_supported: null }) } },
  ],
  [
    'one list is null, and one is missing',
    ['discovery-incomplete', 'discovery-null-member'],
    {
      discovery: {
        body: toDiscovery({ subject_types_supported: null, response_types_supported: undefined }),
      },
    },
  ],
  ['the public discovery document is a page', ['discovery-unreadable'], { discovery: { body: '<html>' } }],
  ['it has a member twice', ['discovery-unreadable'], { discovery: { body: '{"issuer":"a","issuer":"b"}' } }],
  [
    'the jwks_uri is plain http',
    ['jwks-uri-unusable'],
    { discovery: { body: toDiscovery({ jwks_uri: 'http://oidc.example/keys' }) } },
  ],
  [
    'the jwks_uri is on whatever machine reads it',
    ['jwks-uri-unusable'],
    {
      discovery: { body: toDiscovery({ jwks_uri: 'http://localhost:8080/shutdown' }) },
      pages: {
        'http://localhost:8080/shutdown': { body: toSet(current, next), contentType: 'application/json' },
      },
    },
  ],
  [
    'the jwks_uri is a private address, as kube-apiserver has it by default',
    ['jwks-uri-other-host', 'jwks-uri-unusable'],
    {
      discovery: { body: toDiscovery({ jwks_uri: 'https://10.0.0.1:6443/openid/v1/jwks' }) },
      pages: {
        'https://10.0.0.1:6443/openid/v1/jwks': {
          error: new KeySourceError('address', 'a private address'),
        },
      },
    },
  ],
  [
    'the jwks_uri is on another host',
    ['jwks-uri-other-host'],
    {
      discovery: { body: toDiscovery({ jwks_uri: 'https://keys.example/jwks' }) },
      pages: {
        'https://keys.example/jwks': { body: toSet(current, next), contentType: 'application/json' },
      },
    },
  ],
  ['the public JWKS is a page', ['jwks-unreadable'], { jwks: { body: '<html>' } }],
  ['the public JWKS is empty', ['jwks-unreadable'], { jwks: { body: '{"keys":[]}' } }],
  [
    'the public JWKS is larger than anybody reads',
    ['jwks-unreadable'],
    { jwks: { error: new KeySourceError('too-large', 'too large') } },
  ],
  [
    'a public key is one of which anybody can compute the private half',
    ['weak-key', 'key-only-public'],
    {
      jwks: {
        body: toSet(current, next, { ...useRocaPair().publicKey.export({ format: 'jwk' }), kid: 'roca' }),
      },
    },
  ],
  [
    'a public key is one that AWS does not take',
    ['key-not-accepted'],
    { jwks: { body: toSet(current, next, { kty: 'AKP', kid: 'pq', alg: 'ML-DSA-65', pub: 'AAAA' }) } },
  ],
  [
    'there are more RSA keys than AWS takes',
    ['too-many-keys', 'key-only-public'],
    { jwks: { body: toSet(current, next, ...createMany(101, useRsaPair(2048).publicJwk)) } },
  ],
  [
    'there are more keys than anybody reads',
    ['too-many-keys'],
    { jwks: { body: toSet(current, next, ...createMany(201, current)) } },
  ],
  ['the public gets 403', ['not-anonymous'], { discovery: { status: 403, body: '{}' } }],
  ['the public gets 401 for the keys', ['not-anonymous'], { jwks: { status: 401, body: '' } }],
  ['the public gets 404', ['http-status'], { discovery: { status: 404, body: '' } }],
  [
    'the public is sent elsewhere',
    ['redirect'],
    { jwks: { error: new KeySourceError('redirect', 'answered with a redirect (302)') } },
  ],
  ['the media type is wrong', ['content-type'], { jwks: { contentType: 'binary/octet-stream' } }],
  ['the media type is missing', ['content-type'], { discovery: { contentType: '' } }],
  ['the answer is slow', ['slow'], { discovery: { takes: 5_001 } }],
  [
    'the certificate is not that of a public authority',
    ['certificate-untrusted'],
    { discovery: { error: new KeySourceError('tls', 'self-signed certificate') } },
  ],
];

const BAD_ISSUERS: readonly [issuer: string, code: DriftCode][] = [
  ['http://127.0.0.1', 'issuer-url'],
  ['https://oidc.example/?tenant=a', 'issuer-url'],
  ['https://oidc.example/#a', 'issuer-url'],
  ['oidc.example', 'issuer-url'],
  [`https://oidc.example/${'a'.repeat(255)}`, 'issuer-url'],
];

describe('findings', () => {
  test.each(FINDINGS)('%s', async (_what, codes, scene) => {
    const report = await look(scene);
    expect(codesOf(report)).toEqual(codes);
    expect(report.outcome).toBe(codes.every((code) => BESIDE_DRIFT.includes(code)) ? 'warnings' : 'drift');
    const text = renderDrift(report);
    for (const { code, what, remedy, severity } of report.findings) {
      expect([severity, remedy]).toEqual([DRIFT[code].severity, DRIFT[code].remedy]);
      expect(text).toContain(`${severity}: ${what} (${code})`);
      expect(text).toContain(remedy);
    }
  });

  test.each(BAD_ISSUERS)('the issuer %s is one that IAM does not take', async (issuer, code) => {
    expect(codesOf(await look({ issuer }))).toContain(code);
  });

  test('what is below 5 s, and a media type of either kind, is nothing to find', async () => {
    const scene = { discovery: { takes: 5_000 }, jwks: { contentType: 'application/json' } };
    expect(codesOf(await look(scene))).toEqual([]);
  });

  // So that none is there for nothing.
  test('every code has a case here, or in the test of the API servers', () => {
    const shown = new Set([
      ...FINDINGS.flatMap(([, codes]) => codes),
      ...BAD_ISSUERS.map(([, code]) => code),
    ]);
    expect(listDriftCodes().filter((code) => !shown.has(code))).toEqual(['api-servers-differ']);
  });
});

describe('a finding says where it was seen', () => {
  const elsewhere = 'https://other.example';

  test.each<[what: string, where: string, scene: Scene]>([
    ['of the cluster', 'cluster', { cluster: { discovery: { body: toDiscovery({ issuer: elsewhere }) } } }],
    [
      'of its tokens',
      'cluster',
      { account: true, cluster: { token: toTokenAnswer({}, { iss: elsewhere }) } },
    ],
    ['of how discovery is served', DISCOVERY_URL, { discovery: { contentType: '' } }],
    ['of what discovery says', DISCOVERY_URL, { discovery: { body: toDiscovery({ issuer: elsewhere }) } }],
    ['of how the keys are served', JWKS_URL, { jwks: { status: 404, body: '' } }],
    ['of what the keys are', JWKS_URL, { jwks: { body: 'x' } }],
    ['of which keys there are', JWKS_URL, { jwks: { body: toSet(current) } }],
  ])('%s: %s', async (_what, where, scene) => {
    const { findings } = await look(scene);
    expect(findings.map((finding) => finding.where)).toEqual([where]);
  });

  test('of the URL of the issuer: that', async () => {
    const { findings } = await look({ issuer: 'oidc.example' });
    expect(findings.find(({ code }) => code === 'issuer-url')).toMatchObject({ where: 'oidc.example' });
  });
});

describe('what could not be seen is no drift', () => {
  const unreachable = new KeySourceError('unreachable', 'connect ECONNREFUSED');

  test.each<[what: string, scene: Scene]>([
    ['the public side is not reachable from here', { discovery: { error: unreachable } }],
    ['its keys are not', { jwks: { error: unreachable } }],
    [
      'it takes too long',
      { discovery: { error: new KeySourceError('timeout', 'no whole answer within 15 s') } },
    ],
    [
      'its name has a private address here',
      { discovery: { error: new KeySourceError('address', 'private') } },
    ],
    ['there is no cluster', { cluster: 'the cluster: give --kubeconfig' }],
    ['the cluster does not show its keys', { cluster: { jwks: { status: 403, body: '{}' } } }],
    ['the cluster has no issuer', { cluster: { discovery: { status: 404, body: '' } } }],
    ['the cluster shows no keys', { cluster: { jwks: { body: '{"keys":[]}' } } }],
    ['no token may be asked for', { account: true, cluster: { token: { status: 403, body: '{}' } } }],
    ['the token is none', { account: true, cluster: { token: { body: '{"status":{"token":"a.b.c"}}' } } }],
    ['there is no token', { account: true, cluster: { token: { body: '{}' } } }],
  ])('%s', async (_what, scene) => {
    const report = await look(scene);
    expect(report).toMatchObject({ outcome: 'unseen', findings: [], unseen: [expect.any(String)] });
    expect(renderDrift(report)).toContain(`could not be seen:\n  ${report.unseen[0]}`);
  });

  test('beside a finding, the finding counts', async () => {
    const report = await look({ cluster: 'no cluster', discovery: { status: 403, body: '' } });
    expect([report.outcome, codesOf(report), report.unseen]).toEqual([
      'drift',
      ['not-anonymous'],
      ['no cluster'],
    ]);
  });

  test('beside a warning that says nothing of another issuer it stays unseen', async () => {
    const report = await look({ cluster: 'no cluster', jwks: { contentType: 'text/html' } });
    expect([report.outcome, codesOf(report), report.unseen]).toEqual([
      'unseen',
      ['content-type'],
      ['no cluster'],
    ]);
  });
});

test('of media types alone nobody concludes that the public sees another issuer', async () => {
  for (const scene of [
    { jwks: { contentType: 'binary/octet-stream' } },
    { discovery: { contentType: 'text/plain' } },
    { discovery: { contentType: '' }, jwks: { contentType: 'text/html' }, account: true },
  ]) {
    const report = await look(scene);
    expect(report.outcome).toBe('warnings');
    expect(renderDrift(report)).toContain('No drift: the public sees the issuer that the cluster signs as');
    expect(renderDrift(report)).not.toContain('another issuer');
  }
});

test('a key id of somebody else moves no cursor', async () => {
  const report = await look({
    account: true,
    cluster: { token: toTokenAnswer({ kid: '\u001b[2J\nissuer' }) },
  });
  expect(report.outcome).toBe('drift');
  expect(renderDrift(report)).not.toContain('\u001b');
  expect(renderDrift(report).split('\n')[1]).toBe('signing key  ?[2J?issuer');
});
