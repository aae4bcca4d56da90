import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readCommandLine } from '../../src/commands/flag-command.ts';
import { ISSUER as SERVER } from '../../src/commands/issuer/descriptor.ts';
import { DRIFT_COMMAND } from '../../src/commands/issuer/drift/command.ts';
import type { DriftCommandSettings } from '../../src/commands/issuer/drift/settings.ts';
import { DRIFT_FLAGS, ISSUER_FLAGS } from '../../src/commands/issuer/flags.ts';
import type { IssuerCommandSettings } from '../../src/commands/issuer/settings.ts';

const ISSUER = 'https://oidc.example/clusters/demo';
const FLAG = `--issuer=${ISSUER}`;

function readSettings(words: readonly string[] = [], env: NodeJS.ProcessEnv = {}): IssuerCommandSettings {
  const line = readCommandLine(SERVER, [FLAG, ...words], env);
  if (line.kind !== 'run') throw new Error(`not settings: ${JSON.stringify(line)}`);
  return line.settings;
}

function readProblems(words: readonly string[]): readonly string[] {
  const line = readCommandLine(SERVER, words, {});
  return line.kind === 'problems' ? line.problems : [];
}

test('defaults', () => {
  expect(readSettings()).toEqual({
    listen: { host: '', port: 8443, opsHost: '', metricsPort: 9999 },
    tls: {
      minVersion: 'TLSv1.2',
      ciphers: [],
      certificate: {
        kind: 'files',
        certPath: '/etc/iam-bridge/tls/tls.crt',
        keyPath: '/etc/iam-bridge/tls/tls.key',
      },
    },
    issuer: ISSUER,
    jwksUri: `${ISSUER}/openid/v1/jwks`,
    source: { kind: 'cluster', refreshInterval: 60_000 },
    cluster: { kubeconfig: '', server: '', inCluster: { host: undefined, port: undefined } },
    staleGrace: 21_600_000,
    cacheMaxAge: 3600,
    verify: undefined,
    drift: undefined,
    budgets: { bodies: 32 * 1024 * 1024, connections: 1_000 },
    shutdownDelay: 10_000,
    staleAfter: 300_000,
    unreadyWhenDegraded: false,
    verbosity: 0,
    remarks: [],
  } satisfies IssuerCommandSettings);
});

describe('every flag arrives', () => {
  const verify = { clientCaPath: '', clientNames: [], tokenPath: '', audiences: ['sts.amazonaws.com'] };
  const drift = {
    interval: 300_000,
    account: undefined,
    publicCaPath: '',
    privateHosts: [],
    compareApiServers: false,
  };
  test.each<[words: string[], settings: object]>([
    [['--jwks-uri=https://keys.example/jwks'], { jwksUri: 'https://keys.example/jwks' }],
    [['--port=443', '--metrics-port=9090'], { listen: { port: 443, metricsPort: 9090 } }],
    [['--bind-address=127.0.0.1'], { listen: { host: '127.0.0.1', opsHost: '127.0.0.1' } }],
    [['--plain-http'], { tls: undefined, listen: { host: '127.0.0.1', opsHost: '' } }],
    [['--plain-http', '--bind-address=0.0.0.0'], { tls: undefined, listen: { host: '0.0.0.0' } }],
    [
      ['--tls-cert=/c', '--tls-key=/k'],
      { tls: { certificate: { kind: 'files', certPath: '/c', keyPath: '/k' } } },
    ],
    [['--tls-min-version=1.3'], { tls: { minVersion: 'TLSv1.3' } }],
    [
      ['--tls-cipher-suites=TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256'],
      { tls: { ciphers: ['ECDHE-ECDSA-AES128-GCM-SHA256'] } },
    ],
    [
      ['--kubeconfig=/k', '--kube-api=https://10.0.0.1'],
      { cluster: { kubeconfig: '/k', server: 'https://10.0.0.1' } },
    ],
    [['--key-file=/a', '--key-file=/b'], { source: { kind: 'pem', paths: ['/a', '/b'] } }],
    [['--jwks-file=/j'], { source: { kind: 'jwks', path: '/j' } }],
    [['--refresh-interval=5s'], { source: { kind: 'cluster', refreshInterval: 5_000 } }],
    [['--stale-grace=0s'], { staleGrace: 0 }],
    [
      ['--body-budget=64', '--connection-budget=20000'],
      { budgets: { bodies: 67_108_864, connections: 20_000 } },
    ],
    [['--cache-max-age=90s'], { cacheMaxAge: 90 }],
    [['--verify-token-file=/t'], { verify: { ...verify, tokenPath: '/t' } }],
    [
      ['--verify-token-file=/t', '--verify-audience=a', '--verify-audience=b'],
      { verify: { audiences: ['a', 'b'] } },
    ],
    [
      ['--verify-client-ca=/c', '--verify-client-name=a', '--verify-client-name=b'],
      { verify: { ...verify, clientCaPath: '/c', clientNames: ['a', 'b'] } },
    ],
    [['--drift-interval=5m'], { drift }],
    [
      [
        '--drift-interval=5m',
        '--drift-service-account=demo/s3-echoer',
        '--public-ca=/p',
        '--private-host=oidc.example',
        '--compare-api-servers',
      ],
      {
        drift: {
          interval: 300_000,
          account: { namespace: 'demo', name: 's3-echoer' },
          publicCaPath: '/p',
          privateHosts: ['oidc.example'],
          compareApiServers: true,
        },
      },
    ],
    [
      ['--key-file=/a', '--drift-interval=5m', '--kubeconfig=/k'],
      { source: { kind: 'pem', paths: ['/a'] }, drift },
    ],
    [['--shutdown-delay=0s'], { shutdownDelay: 0 }],
    [['--stale-after=3m'], { staleAfter: 180_000 }],
    [['--unready-when-degraded'], { unreadyWhenDegraded: true }],
    [['-v=4'], { verbosity: 4 }],
  ])('%j', (words, settings) => {
    const read = readSettings(words);
    expect(read).toMatchObject(settings);
    expect(read.remarks).toEqual([]);
  });

  test('where the process runs is taken from the environment that every pod has', () => {
    const env = { KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '443' };
    expect(readSettings([], env).cluster.inCluster).toEqual({ host: '10.96.0.1', port: '443' });
  });

  test('an issuer with a slash at its end has one slash before the keys', () => {
    const line = readCommandLine(SERVER, ['--issuer=https://oidc.example/a/'], {});
    expect(line).toMatchObject({ settings: { jwksUri: 'https://oidc.example/a/openid/v1/jwks' } });
  });
});

describe('problems', () => {
  test.each<[words: string[], problem: RegExp]>([
    [[], /^--issuer is missing: give/],
    [['--issuer=http://oidc.example'], /^--issuer is no https URL/],
    [['--issuer=oidc.example'], /^--issuer is no https URL/],
    [['--issuer=kubernetes/serviceaccount'], /^--issuer is no https URL/],
    [[`--issuer=https://oidc.example/${'a'.repeat(255)}`], /^--issuer is no https URL of at most 255/],
    [['--issuer=https://oidc.example/?a=b'], /^--issuer has a query or fragment/],
    [['--issuer=https://oidc.example/#a'], /^--issuer has a query or fragment/],
    [['--issuer=https://a:b@oidc.example/'], /^--issuer carries a user name/],
    [[FLAG, '--jwks-uri=http://oidc.example/keys'], /^--jwks-uri is no https URL/],
    [[FLAG, '--port=70000'], /^--port=70000 is no port/],
    [[FLAG, '--bind-address=[::]'], /^--bind-address is no address: give one such as/],
    [[FLAG, '--port=9999'], /^--port and --metrics-port are both 9999/],
    [[FLAG, '--key-file=/a', '--jwks-file=/j'], /^--key-file and --jwks-file are two sources/],
    [[FLAG, '--key-file=/a', '--kubeconfig=/k'], /^--kubeconfig and --kube-api name a source/],
    [[FLAG, '--refresh-interval=1s'], /^--refresh-interval is out of range: give 5s to 1h0m0s/],
    [[FLAG, '--stale-grace=-1s'], /^--stale-grace is out of range/],
    [[FLAG, '--cache-max-age=25h'], /^--cache-max-age is out of range/],
    [[FLAG, '--shutdown-delay=-1s'], /^--shutdown-delay is out of range/],
    [[FLAG, '--drift-interval=1s'], /^--drift-interval is out of range: give 10s to 24h0m0s/],
    [
      [FLAG, '--drift-interval=5m', '--drift-service-account=a'],
      /^--drift-service-account is not written as/,
    ],
    [[FLAG, '--drift-service-account=a/b/c'], /^--drift-service-account is not written as/],
    [[FLAG, '--drift-service-account=A/b'], /^--drift-service-account is not written as NAMESPACE\/NAME/],
    [[FLAG, '--drift-service-account=a.b/c'], /^--drift-service-account is not written as NAMESPACE\/NAME/],
    [[FLAG, '--verify-client-name=a'], /^--verify-client-name needs --verify-client-ca/],
    [[FLAG, '--verify-client-ca=/c', '--plain-http'], /^--verify-client-ca needs TLS/],
    [
      [FLAG, '--verify-token-file=/t', '--plain-http', '--bind-address=0.0.0.0'],
      /^--verify-token-file under --plain-http sends tokens in clear text/,
    ],
    [[FLAG, '--kube-api=ftp://x'], /^--kube-api is not an http/],
    [[FLAG, '--tls-min-version=2'], /^--tls-min-version=2 is unknown/],
    [[FLAG, '--plain-http', 'true'], /^"true" is no flag/],
    [
      [FLAG, '--in-cluster', '--namespace=a', '--service-name=b', '--tls-secret=c', '--plain-http'],
      /^--in-cluster makes a certificate, and --plain-http serves none/,
    ],
    [[FLAG, '--in-cluster', '--namespace=a', '--service-name=b'], /^--tls-secret is no name of a Secret/],
    [[FLAG, '--nonsense'], /^unknown flag: --nonsense/],
  ])('%j', (words, problem) => {
    expect(readProblems(words)).toEqual([expect.stringMatching(problem)]);
  });

  test('are told all at once', () => {
    expect(readProblems(['--port=-1', '--stale-grace=99999h', 'drifft'])).toHaveLength(4);
  });

  test('tokens on loopback may do without TLS', () => {
    expect(readSettings(['--plain-http', '--verify-token-file=/t']).verify?.tokenPath).toBe('/t');
  });
});

test('--in-cluster makes a certificate for the Service, and keeps no caBundle', () => {
  const names = ['--namespace=identity', '--service-name=issuer', '--tls-secret=issuer-tls'];
  const { tls, remarks } = readSettings(['--in-cluster', ...names, '--jwks-file=/j', '--kubeconfig=/k']);
  expect(tls?.certificate).toMatchObject({
    kind: 'kept',
    cluster: { kubeconfig: '/k' },
    kept: { secret: { namespace: 'identity', name: 'issuer-tls' }, commonName: 'issuer', targets: [] },
  });
  expect(remarks).toEqual([]);
});

test.each<[words: string[], remark: RegExp]>([
  [['--namespace=a'], /^--namespace has no effect: it is for --in-cluster/],
  [
    ['--in-cluster', '--namespace=a', '--service-name=b', '--tls-secret=c', '--tls-key=/k'],
    /^--tls-key has no effect: it is for --in-cluster=false/,
  ],
  [['--key-file=a', '--refresh-interval=1h'], /^--refresh-interval has no effect: it is for the cluster/],
  [['--public-ca=/p'], /^--public-ca has no effect: it is for --drift-interval/],
  [['--private-host=h'], /^--private-host has no effect/],
  [['--compare-api-servers'], /^--compare-api-servers has no effect/],
  [['--drift-service-account=a/b'], /^--drift-service-account has no effect/],
  [['--verify-audience=a'], /^--verify-audience has no effect: POST \/verify is off/],
  [['--plain-http', '--tls-cert=/c'], /^--tls-cert has no effect: it is for TLS/],
])('%j has no effect, and the log says so', (words, remark) => {
  expect(readSettings(words).remarks).toEqual([expect.stringMatching(remark)]);
});

describe('issuer drift', () => {
  test('every flag arrives', () => {
    const words = [
      FLAG,
      '--kubeconfig=/k',
      '--service-account=demo/s3-echoer',
      '--public-ca=/p',
      '--private-host=a',
      '--private-host=b',
      '--compare-api-servers',
      '-o',
      'json',
    ];
    expect(readCommandLine(DRIFT_COMMAND, words, {})).toEqual({
      kind: 'run',
      settings: {
        issuer: ISSUER,
        cluster: { kubeconfig: '/k', server: '', inCluster: { host: undefined, port: undefined } },
        account: { namespace: 'demo', name: 's3-echoer' },
        publicCaPath: '/p',
        privateHosts: ['a', 'b'],
        compareApiServers: true,
        output: 'json',
      } satisfies DriftCommandSettings,
    });
    expect(readCommandLine(DRIFT_COMMAND, [FLAG], {})).toMatchObject({
      settings: { output: 'text', account: undefined },
    });
  });

  test('problems are told all at once', () => {
    const line = readCommandLine(DRIFT_COMMAND, ['-o', 'yaml', '--service-account=x', 'y'], {});
    expect(line).toMatchObject({ kind: 'problems', problems: { length: 4 } });
  });
});

test('any line comes to settings, help or problems that say something', () => {
  const word = fc.oneof(
    fc.constantFrom(FLAG, '--help', '-h', '--', '--plain-http', '--verify-token-file=/t'),
    fc
      .tuple(
        fc.constantFrom(...Object.keys({ ...ISSUER_FLAGS, ...DRIFT_FLAGS })),
        fc.constantFrom('', '1', 'x', '5m', '-1s'),
      )
      .map(([name, value]) => `--${name}=${value}`),
    fc.string({ maxLength: 8 }),
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 8 }), (words) => {
      for (const line of [readCommandLine(SERVER, words, {}), readCommandLine(DRIFT_COMMAND, words, {})]) {
        expect(['run', 'help', 'problems']).toContain(line.kind);
        if (line.kind === 'problems')
          expect(line.problems.every((problem) => problem.length > 10)).toBe(true);
      }
    }),
    { numRuns: 200 },
  );
});
