import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { REASONS as LOGIN_REASONS } from '../../src/authenticator/reasons.ts';
import { startWebhook } from '../../src/commands/demo/servers/webhook.ts';
import { REASONS } from '../../src/webhook/reasons.ts';
import { runTree as runWords } from '../support/commands/tree.ts';
import {
  type DemoDocument,
  type DemoRun,
  findDecision,
  findLogin,
  findRun,
  readDocument,
  runInProcess,
} from '../support/demo/run.ts';

const ALICE = 'arn:aws:iam::111122223333:user/alice';

/** Told once, for all tests: with a folder for temporary files that nobody else uses, and where colours are asked for. */
const told: { run?: DemoRun; document?: DemoDocument; during: string[][]; after: string[] } = {
  during: [],
  after: [],
};

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'iam-bridge-test-'));
  vi.stubEnv('TMPDIR', folder);
  vi.stubEnv('FORCE_COLOR', '1');
  told.run = await runInProcess({
    output: 'json',
    async startWebhook(options) {
      told.during.push(readdirSync(folder));
      return await startWebhook(options);
    },
  });
  told.after = readdirSync(folder);
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
  told.document = readDocument(told.run);
}, 60_000);

afterAll(() => {
  vi.unstubAllEnvs();
});

function findStep(id: string) {
  return told.document?.steps.find((step) => step.id === id);
}

/** Words of a command line, as far as they are this program's. */
function toWords(command: string): string[] {
  const own = command.split(' | ').find((part) => part.startsWith('iam-bridge ')) ?? '';
  return own.replace(/ > .*/, '').split(' ').slice(1);
}

async function runTree(words: readonly string[]) {
  const { code, stdout, stderr } = await runWords(words);
  return { code, out: stdout + stderr };
}

describe('what the demo says to type', () => {
  const listWords = () =>
    (told.document?.steps ?? [])
      .flatMap(({ commands }) => commands.map(({ command }) => toWords(command)))
      .filter((words) => words.length > 0);

  test('stand at every step', () => {
    const silent = told.document?.steps.filter(({ commands }) => commands.length === 0).map(({ id }) => id);
    expect(silent).toEqual([]);
  });

  test('are commands of this program with flags that they know', async () => {
    const names = new Set<string>();
    for (const words of listWords()) {
      const name = words.slice(
        0,
        words.findIndex((word) => word.startsWith('-')),
      );
      const { out } = await runTree([...name, '--help']);
      for (const word of words.filter((each) => /^--[a-z]/.test(each))) {
        expect(out, words.join(' ')).toContain(word.split('=')[0]);
      }
      names.add(name.join(' '));
    }
    expect([...names].sort()).toEqual(
      [
        'authenticator',
        'can list pods',
        'can delete pods',
        'demo aws',
        'get-token',
        'issuer',
        'trust eval',
        'trust generate',
        'verify',
        'webhook',
      ].sort(),
    );
  });

  test('does what the demo has done, where it needs no server', async () => {
    const [generate, evaluate] = ['generate', 'eval'].map(
      (name) => listWords().find(([, each]) => each === name) ?? [],
    );
    expect(await runTree(generate ?? [])).toMatchObject({
      code: 0,
      out: expect.stringContaining('system:serviceaccount:demo:s3-echoer'),
    });
    expect(await runTree(evaluate ?? [])).toMatchObject({
      code: 1,
      out: expect.stringContaining('write "system:serviceaccount:demo:wildcard-trust"'),
    });
  });
});

describe('iam-bridge demo -o json', () => {
  test('is one document: a Job that writes its object, and pods that do not, each for its reason', () => {
    expect([told.run?.code, told.run?.err]).toEqual([0, '']);
    expect(told.document).toMatchObject({ mode: 'stand-in', ok: true, problems: [] });
    expect(told.document?.steps.map(({ id }) => id)).toEqual([
      'cluster',
      'issuer',
      'aws',
      'webhook',
      'node',
      'written',
      'no-role',
      'mistyped-role',
      'wildcard-trust',
      'other-audience',
      'authenticator',
      'login',
      'forged-token',
      'expired-token',
      'unmapped',
      'rights',
    ]);
  });

  test('says what the webhook decided of each pod, by the codes of its table', () => {
    const ids = ['written', 'no-role', 'mistyped-role', 'wildcard-trust', 'other-audience'];
    const reasons = ids.map((id) => told.document && findDecision(told.document, id)?.reason);
    expect(reasons).toEqual([
      'web-identity',
      'no-role',
      'role-arn-malformed',
      'web-identity',
      'web-identity',
    ]);
    expect(reasons.every((reason) => reason !== undefined && reason in REASONS)).toBe(true);
    expect(findStep('mistyped-role')?.pod?.decision.warnings).toEqual([
      'role-arn "arn:aws:iam::11112222333:role/s3-echoer" is malformed: write arn:<partition>:iam::<account>:role/<name>',
    ]);
  });

  test('shows the patch, and the pod before and after it', () => {
    const pod = findStep('written')?.pod;
    expect(pod?.decision.patch?.map(({ op, path }) => `${op} ${path}`)).toEqual([
      'add /spec/volumes',
      'add /spec/containers/0/env/-',
      'add /spec/containers/0/env/-',
      'add /spec/containers/0/volumeMounts',
    ]);
    expect(pod?.before).not.toHaveProperty('spec.volumes');
    expect(pod?.after).toMatchObject({
      metadata: { generateName: 's3-echoer-', ownerReferences: [{ kind: 'Job', name: 's3-echoer' }] },
      spec: { volumes: [{ name: 'aws-iam-token' }] },
    });
    for (const id of ['no-role', 'mistyped-role']) {
      expect(findStep(id)?.pod?.after).toEqual(findStep(id)?.pod?.before);
    }
  });

  test('has the object as S3 gives it back, and as whom it was written', () => {
    const run = told.document && findRun(told.document, 'written');
    expect(run).toMatchObject({
      exitCode: 0,
      output: [
        expect.stringMatching(
          /^wrote 29 bytes to s3:\/\/iam-bridge-demo\/s3echoer-\d+ as arn:aws:sts::111122223333:assumed-role\/s3-echoer\//,
        ),
      ],
      object: { text: 'hello from a pod without keys' },
    });
  });

  test.each([
    ['no-role', 2, /found no AWS credentials/, /has no annotation/, /kubectl -n demo annotate/],
    [
      'wildcard-trust',
      1,
      /AccessDenied: Not authorized/,
      /StringEquals on "127\.0\.0\.1:\d+:sub"/,
      /write "system:serviceaccount:demo:wildcard-trust"/,
    ],
    ['other-audience', 1, /InvalidIdentityToken: Incorrect token audience/, /"vault\.example"/, /annotation/],
  ])('has why %s fails, and what helps', (...[id, exitCode, says, reason, remedy]) => {
    expect(told.document && findRun(told.document, id)).toMatchObject({
      exitCode,
      output: [expect.stringMatching(says)],
      hidden: { reason: expect.stringMatching(reason), remedies: [expect.stringMatching(remedy)] },
      problems: [],
    });
  });

  test.each<[string, string, string | undefined, object | undefined]>([
    ['login', 'granted', ALICE, { username: 'alice', groups: ['demo:viewers'] }],
    ['forged-token', 'signature-mismatch', 'SignatureDoesNotMatch', undefined],
    ['expired-token', 'token-expired', undefined, undefined],
    ['unmapped', 'unmapped', 'arn:aws:iam::111122223333:user/bob', undefined],
  ])('has who %s is for the cluster, by code %s', (id, reason, sts, user) => {
    const login = told.document && findLogin(told.document, id);
    expect([login?.reason, login?.sts, login?.user, login?.problems]).toEqual([reason, sts, user, []]);
    expect(reason in LOGIN_REASONS).toBe(true);
  });

  test('holds no token, and no key of anybody', () => {
    expect(told.run?.out).not.toMatch(/eyJ[\w-]+\.eyJ|k8s-aws-v1\.\w/);
    expect(told.run?.out).not.toMatch(/PRIVATE KEY|A(?:KIA|SIA)[A-Z0-9]{12}/);
  });

  test('leaves no file behind', () => {
    expect(told.during).toEqual([[expect.stringMatching(/^iam-bridge-demo-/)]]);
    expect(told.after).toEqual([]);
  });
});
