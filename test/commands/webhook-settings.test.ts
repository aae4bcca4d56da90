import { describe, expect, test } from 'vitest';
import { TIMING } from '../../src/certificates/timing.ts';
import { readCommandLine } from '../../src/commands/flag-command.ts';
import { WEBHOOK } from '../../src/commands/webhook/descriptor.ts';
import type { WebhookCommandSettings } from '../../src/commands/webhook/settings.ts';

/** The one flag that every working manifest of the Go program passes. */
const FILES = '--in-cluster=false';
const FORTY_EIGHT = 'a'.repeat(48);

function readSettings(
  words: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): WebhookCommandSettings {
  const line = readCommandLine(WEBHOOK, [FILES, ...words], env);
  if (line.kind !== 'run') throw new Error(`not settings: ${JSON.stringify(line)}`);
  return line.settings;
}

function readProblems(
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): readonly string[] {
  const line = readCommandLine(WEBHOOK, [FILES, ...words], env);
  return line.kind === 'problems' ? line.problems : [];
}

describe('defaults', () => {
  test('are those of the Go program, and those of ours beside them', () => {
    expect(readSettings()).toEqual({
      listen: { host: '', port: 443, metricsPort: 9999 },
      tls: {
        minVersion: 'TLSv1.2',
        ciphers: [],
        certificate: {
          kind: 'files',
          certPath: '/etc/webhook/certs/tls.crt',
          keyPath: '/etc/webhook/certs/tls.key',
        },
      },
      cluster: { kubeconfig: '', server: '', inCluster: { host: undefined, port: undefined } },
      clients: undefined,
      annotationPrefix: 'eks.amazonaws.com',
      webIdentity: {
        audience: 'sts.amazonaws.com',
        mountPath: '/var/run/secrets/eks.amazonaws.com/serviceaccount',
      },
      containerCredentials: {
        audience: 'pods.eks.amazonaws.com',
        mountPath: '/var/run/secrets/pods.eks.amazonaws.com/serviceaccount',
        volumeName: 'eks-pod-identity-token',
        tokenPath: 'eks-pod-identity-token',
        fullUri: 'http://169.254.170.23/v1/credentials',
        listPath: '',
      },
      tokenExpiration: 86_400,
      defaultRegion: '',
      regionalSts: false,
      composeRoleFrom: undefined,
      configMapNamespace: undefined,
      liveRead: true,
      gracePeriod: 0,
      budgets: { bodies: 32 * 1024 * 1024, connections: 1_000 },
      shutdownDelay: 10_000,
      staleAfter: 300_000,
      unreadyWhenDegraded: false,
      verbosity: 0,
      remarks: [],
    } satisfies WebhookCommandSettings);
  });

  test('the ConfigMap is looked for in namespace eks', () => {
    expect(readSettings(['--watch-config-map']).configMapNamespace).toBe('eks');
  });

  test('bare role names are completed by the metadata service of EC2', () => {
    expect(readSettings(['--compose-role-arn']).composeRoleFrom).toBe('http://169.254.169.254');
  });
});

describe('every flag arrives', () => {
  test.each<[words: string[], settings: object]>([
    [['--port=8443'], { listen: { port: 8443 } }],
    [['--port=0'], { listen: { port: 0 } }],
    [['--port=65535'], { listen: { port: 65_535 } }],
    [['--metrics-port', '9090'], { listen: { metricsPort: 9090 } }],
    [['--bind-address=127.0.0.1'], { listen: { host: '127.0.0.1' } }],
    [['--kubeconfig=/k'], { cluster: { kubeconfig: '/k' } }],
    [['--kube-api=https://10.0.0.1:6443'], { cluster: { server: 'https://10.0.0.1:6443' } }],
    [['--kube-api=http://127.0.0.1:8080'], { cluster: { server: 'http://127.0.0.1:8080' } }],
    [
      ['--tls-cert=/c', '--tls-key=/k'],
      { tls: { certificate: { kind: 'files', certPath: '/c', keyPath: '/k' } } },
    ],
    [['--annotation-prefix=iam.example.org'], { annotationPrefix: 'iam.example.org' }],
    [['--token-audience=amazonaws.com'], { webIdentity: { audience: 'amazonaws.com' } }],
    [['--token-mount-path=/t'], { webIdentity: { mountPath: '/t' } }],
    [['--token-expiration=3600'], { tokenExpiration: 3600 }],
    [['--aws-default-region=eu-west-1'], { defaultRegion: 'eu-west-1' }],
    [['--sts-regional-endpoint'], { regionalSts: true }],
    [['--watch-config-map', '--namespace=kube-system'], { configMapNamespace: 'kube-system' }],
    [
      [
        '--watch-container-credentials-config=/l',
        '--container-credentials-audience=a',
        '--container-credentials-token-mount-path=/m',
        '--container-credentials-token-volume-name=v',
        '--container-credentials-token-path=p',
        '--container-credentials-full-uri=http://[fd00:ec2::23]/v1/credentials',
      ],
      {
        containerCredentials: {
          listPath: '/l',
          audience: 'a',
          mountPath: '/m',
          volumeName: 'v',
          tokenPath: 'p',
          fullUri: 'http://[fd00:ec2::23]/v1/credentials',
        },
      },
    ],
    [['--service-account-lookup-grace-period=100ms'], { gracePeriod: 100 }],
    [['--service-account-live-read=false'], { liveRead: false }],
    [['--shutdown-delay=0s'], { shutdownDelay: 0 }],
    [
      ['--client-ca-file=/ca', '--client-name=a', '--client-name=b'],
      { clients: { path: '/ca', names: ['a', 'b'] } },
    ],
    [['--body-budget=8', '--connection-budget=16'], { budgets: { bodies: 8_388_608, connections: 16 } }],
    [['--stale-after=3m'], { staleAfter: 180_000 }],
    [['--unready-when-degraded'], { unreadyWhenDegraded: true }],
    [['-v=5'], { verbosity: 5 }],
    [['--tls-min-version=1.3'], { tls: { minVersion: 'TLSv1.3' } }],
    [['--in-cluster=true', FILES], { listen: { port: 443 } }],
  ])('%j', (words, settings) => {
    const read = readSettings(words);
    expect(read).toMatchObject(settings);
    expect(read.remarks).toEqual([]);
  });

  test('where the process runs is taken from the environment that every pod has', () => {
    const env = { KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '443' };
    expect(readSettings([], env).cluster.inCluster).toEqual({ host: '10.96.0.1', port: '443' });
  });

  test('the metadata service may be elsewhere, by the variable that AWS SDKs read', () => {
    const env = { AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://127.0.0.1:1338' };
    expect(readSettings(['--compose-role-arn'], env).composeRoleFrom).toBe('http://127.0.0.1:1338');
    expect(readSettings([], env).composeRoleFrom).toBeUndefined();
  });

  test('that variable counts as unset where it is empty, as for AWS SDKs', () => {
    const env = { AWS_EC2_METADATA_SERVICE_ENDPOINT: '' };
    expect(readSettings(['--compose-role-arn'], env).composeRoleFrom).toBe('http://169.254.169.254');
  });

  test('an API server without a scheme is plain http, as client-go takes it', () => {
    expect(readProblems(['--kube-api=127.0.0.1:8080'])).toEqual([]);
  });
});

describe('problems name the flag and the remedy', () => {
  test.each<[words: string[], pattern: RegExp]>([
    [
      ['--in-cluster', '--namespace=A'],
      /^--namespace is no name of a namespace, which --in-cluster=true needs/,
    ],
    [['--in-cluster', '--namespace='], /^--namespace .* give one such as identity-system$/],
    [['--in-cluster', '--service-name=a.b'], /^--service-name is no name of a Service, .* give one such as/],
    [['--in-cluster', '--tls-secret=a/b'], /^--tls-secret is no name of a Secret, .* give one such as/],
    [['--in-cluster', '--tls-san=https://a'], /^--tls-san=https:\/\/a is no DNS name .* give one such as/],
    [['--in-cluster', '--tls-san=A.example'], /^--tls-san=A.example is no DNS name in lower case/],
    [
      ['--in-cluster', '--webhook-configuration=a/b'],
      /^--webhook-configuration=a\/b is no name of an object: give/,
    ],
    [['--port=70000'], /^--port=70000 .* give a number from 1 to 65535$/],
    [['--bind-address=0.0.0.0:443'], /^--bind-address is no address: give one such as/],
    [['--port=-1'], /^--port=-1 /],
    [['--metrics-port=65536'], /^--metrics-port=65536 /],
    [['--port=9999'], /^--port and --metrics-port are both 9999/],
    [['--annotation-prefix='], /^--annotation-prefix .* give a name such as/],
    [['--annotation-prefix=eks.amazonaws.com/'], /^--annotation-prefix .*without a slash$/],
    [['--annotation-prefix=EKS.amazonaws.com'], /^--annotation-prefix /],
    [['--annotation-prefix=a..b'], /^--annotation-prefix /],
    [[`--annotation-prefix=${'a.'.repeat(127)}b`], /^--annotation-prefix /],
    [['--token-mount-path=token'], /^--token-mount-path .* give one such as \//],
    [['--token-mount-path='], /^--token-mount-path /],
    [['--token-mount-path=/a:b'], /^--token-mount-path /],
    [['--container-credentials-token-mount-path=C:\\t'], /^--container-credentials-token-mount-path /],
    [['--container-credentials-token-volume-name=Token'], /^--container-credentials-token-volume-name /],
    [['--container-credentials-token-volume-name='], /^--container-credentials-token-volume-name /],
    [
      [`--container-credentials-token-volume-name=${FORTY_EIGHT}-${FORTY_EIGHT}`],
      /^--container-credentials-token-volume-name .* 63 at most$/,
    ],
    [['--container-credentials-token-path=/token'], /^--container-credentials-token-path .* such as token$/],
    [['--container-credentials-token-path=a/../b'], /^--container-credentials-token-path /],
    [['--container-credentials-token-path=..data'], /^--container-credentials-token-path /],
    [['--container-credentials-token-path='], /^--container-credentials-token-path /],
    [
      ['--service-account-lookup-grace-period=-1s'],
      /^--service-account-lookup-grace-period is out of range: give 0s to 1h0m0s$/,
    ],
    [['--client-ca-file=/ca'], /^--client-ca-file needs --client-name: /],
    [['--client-name=apiserver'], /^--client-name needs --client-ca-file: /],
    [['--client-ca-file=/ca', '--client-name='], /^--client-name is empty: /],
    [['--body-budget=7'], /^--body-budget=7 is out of range: give a number from 8 to 1024$/],
    [['--body-budget=33554432'], /^--body-budget=33554432 is out of range/],
    [['--connection-budget=0'], /^--connection-budget=0 is out of range: give a number from 16 to 20000$/],
    [['--connection-budget=-5'], /^--connection-budget=-5 is out of range/],
    [['--shutdown-delay=-1ms'], /^--shutdown-delay is out of range: give 0s to 1h0m0s$/],
    [['--shutdown-delay=600h'], /^--shutdown-delay is out of range: give 0s to 1h0m0s$/],
    [['--stale-after=2m59s'], /^--stale-after is out of range: give 3m0s to 24h0m0s$/],
    [['--kube-api=ftp://10.0.0.1'], /^--kube-api .* give one such as https:\/\//],
    [['--kube-api=https://'], /^--kube-api /],
    [['--tls-min-version=1.4'], /^--tls-min-version=1\.4 .* give 1\.2, 1\.3/],
    [['--tls-min-version=TLSv1.2'], /^--tls-min-version=TLSv1\.2 /],
    [['--tls-cipher-suites=AES128-SHA'], /^--tls-cipher-suites: AES128-SHA is unknown; known are TLS_/],
  ])('%j', (words, pattern) => {
    const problems = readProblems(words);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(pattern);
  });

  test('the metadata endpoint is checked only where it is used', () => {
    const env = { AWS_EC2_METADATA_SERVICE_ENDPOINT: 'nowhere' };
    expect(readProblems([], env)).toEqual([]);
    expect(readProblems(['--compose-role-arn'], env)).toEqual([
      expect.stringMatching(/^AWS_EC2_METADATA_SERVICE_ENDPOINT .* unset it/),
    ]);
  });

  test('all are told at once, those of the grammar and those of the values', () => {
    const line = [
      '--in-cluster',
      '--namespace=A',
      '--port=70000',
      '--nope',
      '--token-mount-path=x',
      '--tls-min-version=9',
    ];
    expect(readProblems(line)).toHaveLength(5);
  });

  test('a kube-api address with a password is refused, and the password is not repeated', () => {
    const problems = readProblems(['--kube-api=https://someone:hunter2@10.0.0.1:6443']);
    expect(problems).toEqual([expect.stringMatching(/^--kube-api /)]);
    expect(problems.join()).not.toContain('hunter2');
  });
});

describe('--in-cluster=true, the default,', () => {
  const readKept = (...words: string[]) => {
    const line = readCommandLine(WEBHOOK, words, {});
    if (line.kind !== 'run') throw new Error(`not settings: ${JSON.stringify(line)}`);
    return line.settings;
  };

  test('makes a certificate for the Service, kept under the names of the Go program', () => {
    const { tls, cluster, remarks } = readKept();
    expect(tls.certificate).toEqual({
      kind: 'kept',
      cluster,
      kept: {
        secret: { namespace: 'eks', name: 'pod-identity-webhook' },
        commonName: 'pod-identity-webhook',
        names: [
          'pod-identity-webhook',
          'pod-identity-webhook.eks',
          'pod-identity-webhook.eks.svc',
          'pod-identity-webhook.eks.svc.cluster.local',
        ],
        address: { service: { namespace: 'eks', name: 'pod-identity-webhook' }, hosts: [] },
        targets: [
          {
            resource: 'mutatingwebhookconfigurations',
            kind: 'MutatingWebhookConfiguration',
            name: 'pod-identity-webhook',
          },
        ],
        timing: TIMING,
      },
    });
    expect(remarks).toEqual([]);
  });

  test.each<[words: string[], names: string[]]>([
    [['--webhook-configuration='], []],
    [
      ['--webhook-configuration=a', '--webhook-configuration=b', '--webhook-configuration=a'],
      ['a', 'b'],
    ],
  ])('%j keeps the caBundle of %j', (words, names) => {
    const { certificate } = readKept(...words).tls;
    if (certificate.kind !== 'kept') throw new Error('not kept');
    expect(certificate.kept.targets.map(({ name }) => name)).toEqual(names);
  });

  test('--tls-san adds names, by which a URL leads here as well', () => {
    const { certificate } = readKept('--tls-san=webhook.example', '--tls-san=192.0.2.7').tls;
    expect(certificate).toMatchObject({ kept: { address: { hosts: ['webhook.example', '192.0.2.7'] } } });
    expect(certificate).toMatchObject({ kept: { names: { 4: 'webhook.example', 5: '192.0.2.7' } } });
  });

  test('has no use for certificate files, and says so', () => {
    expect(readKept('--tls-cert=/c', '--namespace=x').remarks).toEqual([
      '--tls-cert has no effect: it is for --in-cluster=false',
    ]);
  });
});

test('help and version need no other flag, and a version is not printed for a line with mistakes', () => {
  expect(readCommandLine(WEBHOOK, ['--help'], {}).kind).toBe('help');
  expect(readCommandLine(WEBHOOK, ['-h', '--nope'], {}).kind).toBe('help');
  expect(readCommandLine(WEBHOOK, ['--version'], {}).kind).toBe('version');
  expect(readCommandLine(WEBHOOK, ['--version', '--port=70000'], {}).kind).toBe('version');
  expect(readCommandLine(WEBHOOK, ['--version', '--nope'], {}).kind).toBe('problems');
  expect(readCommandLine(WEBHOOK, [FILES, '--version=false'], {}).kind).toBe('run');
});

describe('TLS', () => {
  test.each([
    ['', 'TLSv1.2'],
    ['1.0', 'TLSv1'],
    ['1.1', 'TLSv1.1'],
    ['1.2', 'TLSv1.2'],
    ['1.3', 'TLSv1.3'],
    ['VersionTLS10', 'TLSv1'],
    ['VersionTLS11', 'TLSv1.1'],
    ['VersionTLS12', 'TLSv1.2'],
    ['VersionTLS13', 'TLSv1.3'],
  ])('--tls-min-version=%s', (goName, minVersion) => {
    expect(readSettings([`--tls-min-version=${goName}`]).tls.minVersion).toBe(minVersion);
  });

  test("suites go by Go's names, trimmed, empty items ignored", () => {
    const list = ' TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,, TLS_AES_128_GCM_SHA256 ,';
    expect(readSettings(['--tls-cipher-suites', list]).tls.ciphers).toEqual([
      'ECDHE-RSA-AES128-GCM-SHA256',
      'TLS_AES_128_GCM_SHA256',
    ]);
  });

  test('suites that Go calls insecure are taken; those that OpenSSL has dropped are left out with a remark', () => {
    const { tls, remarks } = readSettings([
      '--tls-cipher-suites=TLS_RSA_WITH_AES_128_CBC_SHA,TLS_RSA_WITH_RC4_128_SHA',
    ]);
    expect(tls.ciphers).toEqual(['AES128-SHA']);
    expect(remarks).toEqual([expect.stringContaining('TLS_RSA_WITH_RC4_128_SHA is left out')]);
  });

  test('a list of nothing but dropped suites would serve nobody', () => {
    expect(readProblems(['--tls-cipher-suites=TLS_RSA_WITH_RC4_128_SHA'])).toEqual([
      expect.stringMatching(/add a current one$/),
    ]);
  });

  test('every unknown suite is named', () => {
    expect(readProblems(['--tls-cipher-suites=ONE,TLS_AES_128_GCM_SHA256,TWO'])).toEqual([
      expect.stringContaining(' ONE is unknown'),
      expect.stringContaining(' TWO is unknown'),
    ]);
  });
});

describe('remarks', () => {
  test.each([
    ['599', 600],
    ['0', 600],
    ['-5', 600],
    ['86401', 86_400],
    ['9223372036854775807', 86_400],
  ])('--token-expiration=%s is brought within bounds', (text, used) => {
    const { tokenExpiration, remarks } = readSettings([`--token-expiration=${text}`]);
    expect(tokenExpiration).toBe(used);
    expect(remarks).toEqual([expect.stringContaining(`${used} used`)]);
  });

  test.each(['sts.amazonaws.com,vault', 'sts.amazonaws.com '])(
    '--token-audience=%j is no audience',
    (text) => {
      const { webIdentity, remarks } = readSettings([`--token-audience=${text}`]);
      expect(webIdentity.audience).toBe(text);
      expect(remarks).toEqual([expect.stringMatching(/^--token-audience has a comma or blank.*: give one$/)]);
    },
  );

  test.each([
    '--service-name=x',
    '--tls-secret=x',
    '--tls-san=x',
    '--webhook-configuration=x',
    '--resync-period=5m',
    '--enable-debugging-handlers',
    '--add_dir_header',
    '--alsologtostderr',
    '--log_backtrace_at=a.go:1',
    '--log_dir=/x',
    '--log_file=/x',
    '--log_file_max_size=1',
    '--logtostderr',
    '--one_output',
    '--skip_headers',
    '--skip_log_headers',
    '--stderrthreshold=2',
    '--vmodule=a=1',
    '--namespace=x',
  ])('%s has no effect, and says so once', (flag) => {
    const name = flag.replace(/=.*/, '');
    const { remarks } = readSettings([flag, flag]);
    expect(remarks).toEqual([expect.stringMatching(new RegExp(`^${name} has no effect: .`))]);
  });

  test('container credentials flags have no effect without a list file', () => {
    const flag = '--container-credentials-audience=x';
    expect(readSettings([flag]).remarks).toEqual([
      expect.stringMatching(/^--container-credentials-audience has no effect: /),
    ]);
    expect(readSettings([flag, '--watch-container-credentials-config=/l']).remarks).toEqual([]);
  });
});

describe('the lines of manifests in use', () => {
  test('the base deployment of the Go program', () => {
    const settings = readSettings([
      '--in-cluster=false',
      '--namespace=default',
      '--service-name=pod-identity-webhook',
      '--annotation-prefix=eks.amazonaws.com',
      '--token-audience=sts.amazonaws.com',
      '--logtostderr',
    ]);
    expect(settings.remarks).toHaveLength(3);
  });

  test('the kops addon', () => {
    const settings = readSettings([
      '--in-cluster=false',
      '--namespace=kube-system',
      '--service-name=pod-identity-webhook',
      '--annotation-prefix=eks.amazonaws.com',
      '--token-audience=amazonaws.com',
      '--logtostderr',
      '--watch-config-map',
      '--sts-regional-endpoint',
      '--aws-default-region=us-test-1',
      '--v=5',
    ]);
    expect(settings).toMatchObject({
      configMapNamespace: 'kube-system',
      regionalSts: true,
      defaultRegion: 'us-test-1',
      webIdentity: { audience: 'amazonaws.com' },
      verbosity: 5,
    });
  });

  test("jkroepke's chart", () => {
    const settings = readSettings([
      '--in-cluster=false',
      '--port=8443',
      '--namespace=irsa',
      '--service-name=eks-pod-identity-webhook',
      '--annotation-prefix=eks.amazonaws.com',
      '--token-audience=sts.amazonaws.com',
      '--aws-default-region=us-east-1',
      '--sts-regional-endpoint=true',
      '--tls-cert=/etc/webhook/certs/tls.crt',
      '--tls-key=/etc/webhook/certs/tls.key',
      '--metrics-port=9999',
    ]);
    expect(settings).toMatchObject({
      listen: { port: 8443, metricsPort: 9999 },
      defaultRegion: 'us-east-1',
      regionalSts: true,
    });
  });

  test("HyperShift's sidecar", () => {
    const settings = readSettings([
      '--annotation-prefix=eks.amazonaws.com',
      '--in-cluster=false',
      '--kubeconfig=/var/run/app/kubeconfig/kubeconfig',
      '--logtostderr',
      '--port=4443',
      '--aws-default-region=us-east-1',
      '--tls-cert=/var/run/app/certs/tls.crt',
      '--tls-key=/var/run/app/certs/tls.key',
      '--token-audience=openshift',
      '--tls-min-version=VersionTLS12',
      '--tls-cipher-suites=TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256',
    ]);
    expect(settings.cluster.kubeconfig).toBe('/var/run/app/kubeconfig/kubeconfig');
    expect(settings.tls.ciphers).toEqual(['ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-RSA-AES128-GCM-SHA256']);
  });

  test('a Dockerfile that spells the positionals and ends the flags', () => {
    expect(readSettings(['webhook', '-v5', '--watch-config-map', 'false', '--', '--nope'])).toMatchObject({
      verbosity: 5,
      configMapNamespace: 'eks',
    });
  });
});
