import { afterAll, describe, expect, test } from 'vitest';
import { toConfigKey } from '../../../src/commands/authenticator/config/keys.ts';
import { AUTHENTICATOR_FLAGS } from '../../../src/commands/authenticator/flags.ts';
import { readProblems, readSettings } from '../../support/commands/authenticator.ts';
import { createWorkspace } from '../../support/workspace.ts';

const workspace = createWorkspace();
afterAll(() => workspace.remove());

const ID = '--cluster-id=one';

function withConfig(text: string, name = 'config.yaml'): string {
  return `--config=${workspace.write(name, text)}`;
}

describe('defaults', () => {
  test('are those of the Go program, and those of ours beside them', () => {
    const { mapping, ...settings } = readSettings([ID]);
    expect(settings).toEqual({
      listen: {
        host: '127.0.0.1',
        port: 21_362,
        opsHost: '127.0.0.1',
        metricsPort: 21_364,
        opsOptional: true,
      },
      tls: {
        minVersion: 'TLSv1.2',
        ciphers: [],
        certificate: {
          kind: 'files',
          certPath: '/var/aws-iam-authenticator/cert.pem',
          keyPath: '/var/aws-iam-authenticator/key.pem',
        },
      },
      serving: {
        stateDir: '/var/aws-iam-authenticator',
        kubeconfigPath: '/etc/kubernetes/aws-iam-authenticator/kubeconfig.yaml',
        pregenerated: false,
        url: 'https://localhost:21362/authenticate',
        names: ['localhost', '127.0.0.1'],
      },
      health: { host: '', port: 21_363 },
      cluster: { kubeconfig: '', server: '', inCluster: { host: undefined, port: undefined } },
      clients: undefined,
      aws: {
        region: undefined,
        metadataEndpoint: 'http://169.254.169.254',
        proxies: { reveal: expect.any(Function) },
        environment: { reveal: expect.any(Function) },
        authorities: undefined,
        stsAddress: undefined,
        describeInstances: { perSecond: 15, burst: 5, roleArn: '', sourceArn: '' },
      },
      room: {
        clusterId: 'one',
        partition: 'aws',
        maxTokenLength: 16_384,
        extraHosts: [],
        tokenCache: 60_000,
        maxCalls: 64,
        audiences: [],
        scrubbedAccounts: [],
        compatStatusCodes: false,
      },
      budgets: { bodies: 8 * 1024 * 1024, connections: 1_000 },
      shutdownDelay: 10_000,
      staleAfter: 300_000,
      unreadyWhenDegraded: false,
      verbosity: 0,
      remarks: [],
    });
    expect(mapping).toMatchObject({
      backends: ['MountedFile'],
      dynamicFile: undefined,
      backendModePath: undefined,
      ssoRoleMatch: false,
      clusterCreatorArn: undefined,
    });
  });
});

test('mappings of the configuration that cannot be used keep it from starting only where they are a backend', () => {
  const bad = 'server: {mapUsers: [{userarn: Dev}], ';
  const dynamic = 'backendMode: [DynamicFile], dynamicfilepath: /mappings.json}';
  expect(readProblems([ID, withConfig(`${bad}backendMode: [MountedFile]}`, 'mounted.yaml')])).toEqual([
    expect.stringContaining('server.mapUsers[0]'),
  ]);
  expect(readSettings([ID, withConfig(bad + dynamic, 'unmounted.yaml')]).remarks).toEqual([
    expect.stringContaining('server.mapUsers[0]'),
  ]);
});

describe('the id of the cluster', () => {
  const env = { KUBERNETES_AWS_AUTHENTICATOR_CLUSTER_ID: 'of-env' };
  const config = withConfig('clusterID: of-config');
  test.each([
    ['flag before all', ['-i', 'of-flag', config], env, 'of-flag'],
    ['variable before the configuration', [config], env, 'of-env'],
    ['an empty variable is none', [config], { KUBERNETES_AWS_AUTHENTICATOR_CLUSTER_ID: '' }, 'of-config'],
    ['configuration', [config], {}, 'of-config'],
    ['a number is a text', [withConfig('CLUSTERID: 0123', 'number.yaml')], {}, '0123'],
  ])('%s', (_, words, variables, clusterId) => {
    expect(readSettings(words, variables).room.clusterId).toBe(clusterId);
  });
});

describe('a configuration', () => {
  test('of the Go program is taken as it is', () => {
    const config = withConfig(`
clusterID: kops.example
defaultRole: arn:aws:iam::111122223333:role/KubernetesAdmin
server:
  port: "21399"
  hostname: ::1
  address: "::"
  stateDir: /srv/state
  generateKubeconfig: /srv/webhook.yaml
  backendMode: [EKSConfigMap, MountedFile]
  scrubbedAccounts: "111122223333 222233334444"
  ec2DescribeInstancesQps: 30
  mapRoles:
  - roleARN: arn:aws:iam::111122223333:role/Dev
    username: dev:{{SessionName}}
    groups: viewers,editors
  mapUsers:
  - userARN: arn:aws:iam::111122223333:user/bob
    username: bob
    groups: [system:masters]
  mapAccounts:
  - 444455556666
  reservedPrefixConfig:
  - {backendmode: ConfigMap, usernamePrefixReserveList: ["aws:"]}
`);
    const { listen, serving, mapping, room, aws, remarks } = readSettings([config]);
    expect(listen).toMatchObject({ host: '::', port: 21_399 });
    expect(serving).toEqual({
      stateDir: '/srv/state',
      kubeconfigPath: '/srv/webhook.yaml',
      pregenerated: false,
      url: 'https://[::1]:21399/authenticate',
      names: ['::1'],
    });
    expect(mapping.backends).toEqual(['EKSConfigMap', 'MountedFile']);
    expect(mapping.mountedFile.reveal().sections.mapRoles).toMatchObject({
      value: [{ kind: 'good', username: 'dev:{{SessionName}}', groups: ['viewers', 'editors'] }],
    });
    expect(mapping.reservedPrefixes).toEqual(new Map([['EKSConfigMap', ['aws:']]]));
    expect(room.scrubbedAccounts).toEqual(['111122223333', '222233334444']);
    expect(aws.describeInstances.perSecond).toBe(30);
    expect(remarks).toEqual([]);
  });

  test('gives way to flags, of which a list is one with commas, too', () => {
    const config = withConfig('clusterID: one\nserver: {port: 1, backendMode: [CRD], audiences: [a]}');
    const { listen, mapping, room } = readSettings([
      config,
      '--port=2',
      '--backend-mode=MountedFile,EKSConfigMap',
      '--backend-mode=CRD',
    ]);
    expect([listen.port, mapping.backends, room.audiences]).toEqual([
      2,
      ['MountedFile', 'EKSConfigMap', 'CRD'],
      ['a'],
    ]);
  });

  test.each(Object.keys(AUTHENTICATOR_FLAGS).flatMap((flag) => toConfigKey(flag) ?? []))(
    'has the key %s, in any case',
    (key) => {
      const [section, name] = key.includes('.') ? key.split('.') : [undefined, key];
      const line = `${String(name).toUpperCase()}: ""`;
      const text = section === undefined ? line : `SERVER:\n  ${line}`;
      const words = [withConfig(text, 'each.yaml'), '--strict-config'];
      expect(readProblems(words).filter((problem) => problem.includes('is no key'))).toEqual([]);
    },
  );

  test.each([
    ['clusterID: one\nservr: {port: 1}', '"servr" (line 2, column 8) is no key', undefined],
    ['clusterID: one\nserver: {prt: 1}', '"server.prt" (line 2, column 15)', 'server.port'],
    ['clusterID: one\nport: 1', '"port" (line 2, column 7)', 'server.port'],
    ['clusterID: one\nmapRoles: []', '"mapRoles"', 'server.mapRoles'],
    ['clusterID: one\nserver: {clusterID: two}', '"server.clusterID"', 'clusterID'],
    ['clusterID: one\nserver: {mapRole: []}', '"server.mapRole"', 'server.mapRoles'],
  ])('with an unknown key warns, and fails under --strict-config: %j', (text, named, nearest) => {
    const config = withConfig(text);
    const { remarks } = readSettings([config]);
    expect(remarks).toHaveLength(1);
    expect(remarks[0]).toContain(named);
    expect(remarks[0]).toMatch(nearest === undefined ? /remove it$/ : `did you mean ${nearest}?`);
    expect(readProblems([config, '--strict-config'])).toEqual(remarks);
  });

  test('with a key twice in two cases says so', () => {
    const config = withConfig('clusterID: one\nserver: {port: 1, Port: 2}');
    expect(readSettings([config]).remarks).toEqual([expect.stringContaining('is there twice')]);
  });

  test('with a value of another kind goes on as the Go program, and fails under --strict-config', () => {
    const config = withConfig(
      'clusterID: one\nserver: {metricsPort: [1], hostname: host, kubeconfigPregenerated: yes}',
    );
    const { listen, serving, remarks } = readSettings([config]);
    expect([listen.metricsPort, serving.pregenerated]).toEqual([0, false]);
    expect(remarks).toEqual([
      expect.stringMatching(/server\.kubeconfigPregenerated.*no true or false.*counts as false$/),
      expect.stringMatching(/server\.metricsPort.*is a list, of which no whole number.*counts as 0$/),
    ]);
    expect(readProblems([config, '--strict-config'])).toEqual(remarks);
  });

  test('whose value is out of range names its key', () => {
    const config = withConfig('clusterID: one\nserver: {tokenCache: 5h, staleAfter: soon}');
    expect(readProblems([config])).toEqual([
      expect.stringMatching(/^server\.tokenCache is out of range: give 0s to 1m0s/),
      expect.stringMatching(/^server\.staleAfter: "soon" is not a duration/),
    ]);
  });
});

describe('what is wrong', () => {
  test('is told at once', () => {
    const problems = readProblems([
      '--port=70000',
      '--partition=aws-moon',
      '--backend-mode=DynamicFile,Crd',
      '--feature-gates=SSORoleMtch=true,SSORoleMatch',
      '--log-verbosity=loud',
      '--hostname=a b',
      '--sts-hosts=https://x',
      '--max-token-size=1',
      '--max-sts-calls=0',
      '--proxy=socks5://x',
      '--client-name=x',
      '--cluster-creator-arn=bob',
      '--region=Mars!',
      '--config=/nowhere.yaml',
      '--nonsense',
    ]);
    const starts = problems.map((problem) => problem.split(/[ =:]/).slice(0, 3).join(' '));
    expect(starts).toEqual([
      'unknown flag ',
      '--config  there',
      '--feature-gates  "SSORoleMtch"',
      '--feature-gates  SSORoleMatch',
      '--hostname is no',
      '--port 70000 is',
      '--client-name needs --client-ca-file',
      '--backend-mode  backend',
      '--backend-mode has DynamicFile',
      '--cluster-creator-arn is no',
      '--region is no',
      '--proxy is no',
      'there is no',
      '--partition is none',
      '--sts-hosts has one',
      '--max-token-size 1 is',
      '--max-sts-calls 0 is',
      '--log-verbosity is none',
    ]);
  });

  test.each([
    ['a path without its backend', ['--dynamic-file-path=/x'], /add that to --backend-mode/],
    ['one port for two servers', ['--health-port=21362'], /--health-port is 21362/],
    ['an address with a port', ['--health-address=127.0.0.1:80'], /^--health-address is no address: give/],
    ['an address in brackets', ['--metrics-address=[::1]'], /^--metrics-address is no address: give/],
    ['mappings', [withConfig('server: {mapRoles: [{username: x}]}', 'bad.yaml')], /server\.mapRoles\[0\]/],
    ['a rate at which EC2 is never asked', ['--ec2-describeInstances-qps=0'], /are 1 or more: give both/],
    ['a burst of none', ['--ec2-describeInstances-burst=0'], /are 1 or more: give both/],
    ['two blanks in the id', ['-i', 'a  b'], /--cluster-id is no cluster ID/],
  ])('%s', (_, words, problem) => {
    expect(readProblems([ID, ...words])).toEqual([expect.stringMatching(problem)]);
  });
});

describe('proxies', () => {
  const env = { HTTPS_PROXY: 'http://proxy.example:3128', NO_PROXY: 'internal' };
  test.each([
    ['are none unless asked for', [], {}],
    ['of the environment', ['--proxy-from-environment'], env],
    [
      'of the flag go first',
      ['--proxy-from-environment', '--proxy=http://other:1'],
      { ...env, HTTPS_PROXY: 'http://other:1' },
    ],
    ['of the flag alone', ['--proxy=other:1'], { HTTPS_PROXY: 'other:1' }],
  ])('%s', (_, words, proxies) => {
    expect(readSettings([ID, ...words], env).aws.proxies.reveal()).toEqual(proxies);
  });
});

test('no password of a proxy is in the settings that the log shows', () => {
  const { aws } = readSettings([ID, '--proxy=http://me:canary@proxy.example:3128']);
  expect(JSON.stringify(aws)).not.toContain('canary');
});

describe('gates', () => {
  test.each([
    [['--feature-gates=SSORoleMatch=true'], true],
    [['--feature-gates=AllAlpha=true'], true],
    [['--feature-gates=AllAlpha=true,SSORoleMatch=false'], false],
    [['--feature-gates', 'SSORoleMatch=true', '--feature-gates', 'SSORoleMatch=false'], false],
    [[withConfig('feature-gates: SSORoleMatch=true', 'gates.yaml')], true],
    [[], false],
  ])('%j', (words, expected) => {
    expect(readSettings([ID, ...words]).mapping.ssoRoleMatch).toBe(expected);
  });
});
