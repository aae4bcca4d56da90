import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createSystemClock } from '../../../src/base/clock.ts';
import { isRecord } from '../../../src/json/record.ts';
import { createKubeApi } from '../../../src/kube/api.ts';
import { createDirectAccess } from '../../../src/kube/direct.ts';
import type { Manifest } from '../../../src/local-cluster/manifests.ts';
import type { LocalImage } from '../../../src/local-cluster/node/images.ts';
import { startTestNode } from '../../../src/local-cluster/node/node.ts';
import { createFakeClock } from '../../support/fake-clock.ts';
import { toAccount } from '../../support/local-cluster/accounts.ts';
import { toContainer, toPod, toTokenVolume } from '../../support/local-cluster/pods.ts';
import { startStandIn } from '../../support/local-cluster/stand-in.ts';
import { until } from '../../support/until.ts';

const IMAGES: readonly LocalImage[] = [
  { name: 'test/shell', programs: { '/bin/sh': ['/bin/sh'] }, entrypoint: ['/bin/sh'] },
];

/** A node of the stand-in's pods, on real sockets and with real processes; token age by a clock that stands still. */
async function startRig(before: readonly Manifest[] = []) {
  const standIn = await startStandIn();
  standIn.table.apply(toAccount('a'));
  for (const pod of before) standIn.pods.apply(pod);
  const root = mkdtempSync(join(tmpdir(), 'iam-bridge-test-'));
  const tokenClock = createFakeClock();
  const told: string[] = [];
  const api = createKubeApi(createDirectAccess(standIn.url));
  const node = await startTestNode({
    api,
    images: IMAGES,
    root,
    clock: createSystemClock(),
    tokenClock,
    random: () => 0,
    tell: (text) => told.push(text),
  });
  onTestFinished(async () => {
    await node.stop();
    api.close();
    rmSync(root, { recursive: true, force: true });
  });
  const statusOf = (name: string): Readonly<Record<string, unknown>> => {
    const status = standIn.pods.get('demo', name)?.['status'];
    return isRecord(status) ? status : {};
  };
  return {
    ...standIn,
    node,
    root,
    tokenClock,
    told,
    statusOf,
    awaitPhase: (name: string, phase: string) =>
      until(() => statusOf(name)['phase'] === phase, `pod ${name} is ${phase}`),
    output: (name: string) => node.find('demo', name)?.containers.map((run) => run.stdout()) ?? [],
  };
}

const TOKENS = {
  serviceAccountName: 'a',
  volumes: [toTokenVolume('tokens', ['sts.amazonaws.com'])],
};
const MOUNT = { volumeMounts: [{ name: 'tokens', mountPath: '/run/tokens' }] };

describe('the test node', () => {
  test('runs a pod to its end, and says so', async () => {
    const { pods, awaitPhase, statusOf, output } = await startRig();
    pods.apply(toPod('p', { containers: [toContainer('main', 'echo out; echo err >&2')] }));
    await awaitPhase('p', 'Succeeded');
    expect(output('p')).toEqual(['out\n']);
    expect(statusOf('p')).toMatchObject({
      containerStatuses: [
        {
          name: 'main',
          image: 'test/shell:1',
          ready: false,
          state: {
            terminated: { exitCode: 0, reason: 'Completed', startedAt: expect.stringMatching(/:\d\dZ$/) },
          },
        },
      ],
    });
  });

  test('runs pods that were there before it', async () => {
    const { awaitPhase } = await startRig([toPod('p')]);
    await awaitPhase('p', 'Succeeded');
  });

  test.each([
    ['bound to another node', { ...toPod('q', { nodeName: 'worker' }) }],
    ['over', { ...toPod('q'), status: { phase: 'Succeeded' } }],
    ['being deleted', { ...toPod('q'), metadata: { name: 'q', namespace: 'demo', deletionTimestamp: 'x' } }],
  ])('leaves alone what is %s', async (_name, other) => {
    const { pods, node, awaitPhase } = await startRig();
    pods.apply(other);
    pods.apply(toPod('p'));
    await awaitPhase('p', 'Succeeded');
    expect(node.pods().map(({ pod }) => pod.name)).toEqual(['p']);
  });

  test('gives a container its environment and nothing of its own', async () => {
    const { pods, awaitPhase, output, root } = await startRig();
    const env = [
      { name: 'GREETING', value: 'hello' },
      { name: 'LINE', value: '$(GREETING) world' },
    ];
    const { metadata } = pods.apply(toPod('p', { containers: [toContainer('main', 'exec env', { env })] }));
    await awaitPhase('p', 'Succeeded');
    const lines = output('p').join('').trim().split('\n');
    expect(lines.filter((line) => !/^(?:PWD|_|SHLVL|OLDPWD)=/.test(line)).sort()).toEqual([
      'GREETING=hello',
      `HOME=${join(root, metadata.uid ?? '')}`,
      'LINE=hello world',
      expect.stringMatching(/^PATH=\/usr\/local\/sbin:/),
    ]);
  });

  test('gives it the bound token that its volume names, under the path that it knows', async () => {
    const { pods, awaitPhase, output, table } = await startRig();
    const env = [{ name: 'TOKEN_FILE', value: '/run/tokens/sts.amazonaws.com' }];
    const containers = [toContainer('main', 'cat $TOKEN_FILE', { ...MOUNT, env })];
    const { metadata } = pods.apply(toPod('p', { ...TOKENS, containers }));
    await awaitPhase('p', 'Succeeded');
    const payload = output('p').join('').split('.')[1] ?? '';
    expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toMatchObject({
      aud: ['sts.amazonaws.com'],
      sub: 'system:serviceaccount:demo:a',
      'kubernetes.io': {
        pod: { name: 'p', uid: metadata.uid },
        serviceaccount: { uid: table.get('demo', 'a')?.metadata.uid },
      },
    });
  });

  test('runs init containers one after the other, and stops at one that fails', async () => {
    const { pods, awaitPhase, statusOf, output } = await startRig();
    const volumes = [{ name: 'scratch', emptyDir: {} }];
    const volumeMounts = [{ name: 'scratch', mountPath: '/scratch' }];
    const env = [{ name: 'DIR', value: '/scratch' }];
    const step = (name: string, script: string) => toContainer(name, script, { volumeMounts, env });
    pods.apply(
      toPod('p', {
        volumes,
        initContainers: [step('one', 'echo 1 >> $DIR/log'), step('two', 'echo 2 >> $DIR/log')],
        containers: [step('main', 'cat $DIR/log')],
      }),
    );
    pods.apply(toPod('q', { initContainers: [step('one', 'exit 3')] }));
    await awaitPhase('p', 'Succeeded');
    await awaitPhase('q', 'Failed');
    expect(output('p')).toEqual(['', '', '1\n2\n']);
    expect(statusOf('q')).toMatchObject({
      initContainerStatuses: [{ state: { terminated: { exitCode: 3, reason: 'Error' } } }],
      containerStatuses: [{ state: { waiting: {} } }],
    });
  });

  test.each([
    ['exit 7', 7],
    ['kill -TERM $$$$', 143],
  ])('fails a pod whose container ends with %j', async (script, exitCode) => {
    const { pods, awaitPhase, statusOf } = await startRig();
    pods.apply(toPod('p', { containers: [toContainer('main', script), toContainer('other', 'exit 0')] }));
    await awaitPhase('p', 'Failed');
    expect(statusOf('p')).toMatchObject({
      containerStatuses: [
        { state: { terminated: { exitCode } } },
        { state: { terminated: { exitCode: 0 } } },
      ],
    });
  });

  test('fails a pod that it has no program for, or cannot run as it is, and says why', async () => {
    const { pods, awaitPhase, statusOf, told } = await startRig();
    pods.apply(toPod('p', { containers: [{ name: 'main', image: 'nginx' }] }));
    pods.apply(toPod('q', { restartPolicy: 'Always' }));
    await awaitPhase('p', 'Failed');
    await awaitPhase('q', 'Failed');
    expect(statusOf('p')).toMatchObject({
      reason: 'NoLocalProgram',
      message: expect.stringContaining('nginx'),
    });
    expect(statusOf('q')).toMatchObject({
      reason: 'NotForTestNode',
      message: 'spec.restartPolicy: the test node starts containers once only',
    });
    expect(told).toContain('pod demo/q: spec.restartPolicy: the test node starts containers once only');
  });

  test('starts a container when its token can be had, and not before', async () => {
    const { pods, table, awaitPhase, told } = await startRig();
    const containers = [toContainer('main', 'exit 0', MOUNT)];
    pods.apply(toPod('p', { ...TOKENS, serviceAccountName: 'late', containers }));
    await until(() => told.length > 0, 'the first attempt has failed');
    expect(told[0]).toMatch(
      /^pod demo\/p: volume tokens: token for demo\/late: .*404: serviceaccounts "late" not found/,
    );
    table.apply(toAccount('late'));
    await awaitPhase('p', 'Succeeded');
  });

  test('renews tokens of pods that run, by its clock, without a restart', async () => {
    const { pods, node, tokenClock, awaitPhase, clock } = await startRig();
    pods.apply(toPod('p', { ...TOKENS, containers: [toContainer('main', 'exec sleep 600', MOUNT)] }));
    await awaitPhase('p', 'Running');
    const [file] = node.find('demo', 'p')?.tokenFiles ?? [];
    const read = () => readFileSync(file?.path ?? '', 'utf8');
    const first = read();
    expect(await node.renew()).toEqual([{ renewed: 0, problems: [], complete: true }]);
    clock.advance(20 * 3_600_000);
    tokenClock.advance(20 * 3_600_000);
    await until(() => read() !== first, 'the token is renewed');
    expect(node.find('demo', 'p')?.status().phase).toBe('Running');
  });

  test('ends the processes of a pod that is deleted, and removes its files', async () => {
    const { pods, node, root, awaitPhase } = await startRig();
    pods.apply(toPod('p', { containers: [toContainer('main', 'exec sleep 600')] }));
    await awaitPhase('p', 'Running');
    const run = node.find('demo', 'p');
    pods.remove('demo', 'p');
    await run?.ended;
    expect(run?.containers[0]?.state()).toMatchObject({ kind: 'terminated', exitCode: 137 });
    await until(() => readdirSync(root).length === 0, 'its files are gone');
    expect(node.pods()).toEqual([]);
  });

  test('ends everything when it stops', async () => {
    const { pods, node, root, awaitPhase } = await startRig();
    const script = '(echo $$ > $HOME/pid; exec sleep 600) & wait';
    const { metadata } = pods.apply(toPod('p', { containers: [toContainer('main', script)] }));
    await awaitPhase('p', 'Running');
    const file = join(root, metadata.uid ?? '', 'pid');
    await until(() => existsSync(file) && readFileSync(file, 'utf8') !== '', 'the child runs');
    const run = node.find('demo', 'p');
    await node.stop();
    expect(run?.containers[0]?.state().kind).toBe('terminated');
    expect(node.pods()).toEqual([]);
  });
});
