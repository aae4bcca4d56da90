import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LoginLine } from '../../../src/demo/servers.ts';
import { LOGINS, type LoginCase } from '../../../src/demo/story/login/cases.ts';
import { ALICE, BOB } from '../../../src/demo/story/login/people.ts';
import { showLogin } from '../../../src/demo/story/login/stand-in.ts';
import {
  type Cleanup,
  createCleanup,
  createTemporaryFolder,
  type Folder,
} from '../../../src/local-cluster/cleanup.ts';
import { type ScriptedLogin, startScriptedAuthenticator } from '../../support/demo/scripted-authenticator.ts';

const KEYS = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'secret' };
const GOOD = { username: 'alice', groups: ['demo:viewers'] };
const GRANTED: LoginLine = { reason: 'granted', arn: ALICE, username: 'alice' };

/** A program that prints what kubectl takes from a credential plugin. */
const PLUGIN = `printf '{"kind":"ExecCredential","status":{"token":"k8s-aws-v1.x"}}'`;

let cleanup: Cleanup;
let folder: Folder;
beforeEach(async () => {
  cleanup = createCleanup();
  folder = await createTemporaryFolder(cleanup);
});
afterEach(() => cleanup.run());

function findCase(id: string): LoginCase {
  const found = LOGINS.find((each) => each.id === id);
  if (found === undefined) throw new Error(`there is no login ${id}`);
  return found;
}

interface Script extends ScriptedLogin {
  /** What STS answers while the authenticator is asked. */
  readonly sts?: string;
}

/** Time that goes on whenever somebody waits for it, so that nobody waits for a line that never comes. */
function createClock() {
  let skipped = 0;
  return {
    now: () => Date.now() + skipped,
    delay: (ms: number, signal: AbortSignal) =>
      new Promise<void>((resolve) => {
        // The patience with a program is not what is waited for here.
        if (ms > 1_000) signal.addEventListener('abort', () => resolve());
        else {
          skipped += 1_000;
          setImmediate(resolve);
        }
      }),
  };
}

async function show(id: string, script: Script, program = PLUGIN) {
  const answers: string[] = [];
  const authenticator = await startScriptedAuthenticator(folder, () => {
    if (script.sts !== undefined) answers.push(script.sts);
    return script;
  });
  cleanup.add(authenticator.stop);
  const { login } = await showLogin(findCase(id), {
    authenticator,
    sts: { signers: { alice: KEYS, bob: KEYS, forger: KEYS }, port: 0, answers },
    folder,
    program: ['/bin/sh', '-c', program],
    clock: createClock(),
    cleanup,
  });
  return { login, problems: login?.problems, questions: authenticator.questions };
}

describe('a login is as it should be', () => {
  test.each<[string, Script]>([
    ['login', { user: GOOD, line: GRANTED, sts: ALICE }],
    ['forged-token', { line: { reason: 'signature-mismatch' }, sts: 'SignatureDoesNotMatch' }],
    ['expired-token', { line: { reason: 'token-expired' } }],
    ['unmapped', { line: { reason: 'unmapped', arn: BOB }, sts: BOB }],
  ])('%s', async (id, script) => {
    expect((await show(id, script)).problems).toEqual([]);
  });

  test('with what STS said, the code and its meaning', async () => {
    const { login } = await show('unmapped', { line: { reason: 'unmapped', arn: BOB }, sts: BOB });
    expect(login).toMatchObject({
      reason: 'unmapped',
      meaning: 'No mapping for the IAM principal.',
      sts: BOB,
    });
    expect(login).not.toHaveProperty('user');
  });

  test('and is asked for as kube-apiserver asks', async () => {
    const { questions } = await show('login', { user: GOOD, line: GRANTED, sts: ALICE });
    expect(questions).toEqual([
      {
        url: '/authenticate?timeout=30s',
        review: expect.objectContaining({
          apiVersion: 'authentication.k8s.io/v1',
          kind: 'TokenReview',
          spec: { token: 'k8s-aws-v1.x', audiences: ['https://kubernetes.default.svc'] },
        }),
      },
    ]);
  });
});

describe('a login is not as it should be', () => {
  test.each<[string, string, Script, string[]]>([
    [
      'where anybody is let in',
      'forged-token',
      { user: GOOD, line: GRANTED, sts: 'SignatureDoesNotMatch' },
      [
        'the user is alice with groups demo:viewers, and should be nobody',
        'the reason is granted, and should be signature-mismatch',
        "the user in the authenticator's log is alice, and should be nobody",
      ],
    ],
    [
      'where the log speaks of a refusal, and the answer lets in',
      'expired-token',
      { user: GOOD, line: { reason: 'token-expired' } },
      ['the user is alice with groups demo:viewers, and should be nobody'],
    ],
    [
      'where nobody is let in',
      'login',
      { line: { reason: 'unmapped', arn: ALICE }, sts: ALICE },
      [
        'the user is nobody, and should be alice with groups demo:viewers',
        'the reason is unmapped, and should be granted',
        "the user in the authenticator's log is nobody, and should be alice",
      ],
    ],
    [
      'where there is a group more',
      'login',
      { user: { ...GOOD, groups: ['demo:viewers', 'system:masters'] }, line: GRANTED, sts: ALICE },
      [
        'the user is alice with groups demo:viewers, system:masters, and should be alice with groups demo:viewers',
      ],
    ],
    [
      'where STS has not been asked',
      'login',
      { user: GOOD, line: GRANTED },
      [`STS's answer is none, and should be ${ALICE}`],
    ],
    [
      'where STS has been asked in vain',
      'expired-token',
      { line: { reason: 'token-expired' }, sts: ALICE },
      [`STS's answer is ${ALICE}, and should be none`],
    ],
    ['where the log has nothing', 'unmapped', { sts: BOB }, ['the reason is none, and should be unmapped']],
    [
      'where the answer is none',
      'login',
      { body: {} },
      ['the authenticator did not answer with a TokenReview'],
    ],
    [
      'where the authenticator breaks',
      'login',
      { status: 500 },
      ['calling the authenticator failed: the webhook answered with HTTP 500'],
    ],
  ])('%s', async (_name, id, script, problems) => {
    expect((await show(id, script)).problems).toEqual(problems);
  });

  test.each([
    ['exit 0', 'get-token ended with 0, and said: nothing that kubectl could read'],
    ["echo 'no keys' >&2; exit 3", 'get-token ended with 3, and said: no keys'],
    ["echo '{}'", 'get-token ended with 0, and said: nothing that kubectl could read'],
  ])('where the program is %j', async (program, problem) => {
    const { problems, questions } = await show('login', { user: GOOD, line: GRANTED, sts: ALICE }, program);
    expect([problems, questions]).toEqual([[problem], []]);
  });
});
