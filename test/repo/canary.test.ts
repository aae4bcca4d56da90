import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { signToken } from '../support/authenticator/tokens.ts';
import { SESSION } from '../support/aws/signing-plan.ts';
import { CANARY_SECRET, CANARY_SESSION } from '../support/canary.ts';
import { startChild } from '../support/child.ts';
import { run as runClient } from '../support/clients/run.ts';
import { run } from '../support/commands/program.ts';
import { createWorkspace } from '../support/workspace.ts';

const workspace = createWorkspace();
afterAll(() => workspace.remove());

const TOKEN = signToken({ keys: SESSION });
const { secretAccessKey, sessionToken = '' } = SESSION;

/** A program that prints it, to stdout or to stderr. */
function show(secret: string, to: 'stdout' | 'stderr', ...words: string[]): [string, ...string[]] {
  return ['sh', '-c', `printf '%s\\n' "$0" >&${to === 'stdout' ? 1 : 2}`, `before ${secret} after`, ...words];
}

/** What a run says, which may not repeat the secret. */
async function findComplaint(running: Promise<unknown>): Promise<string> {
  const said = await running.then(
    () => '',
    (error: unknown) => String(error),
  );
  for (const secret of [CANARY_SECRET, CANARY_SESSION, TOKEN]) expect(said).not.toContain(secret);
  return said;
}

describe.each([
  ['a secret access key', secretAccessKey, 'the secret access key'],
  ['a session token, as it stands in a URL', encodeURIComponent(sessionToken), 'the session token'],
  ['a token', TOKEN, 'a token'],
])('a program that shows %s', (_, secret, name) => {
  test.each(['stdout', 'stderr'] as const)('on %s fails the test that ran it', async (stream) => {
    expect(await findComplaint(run(show(secret, stream)))).toContain(`${name} on ${stream}`);
  });

  test.each(['stdout', 'stderr'] as const)('on %s fails the test that has only its log', async (stream) => {
    const options = { workspace, name: `${name} ${stream}`, command: show(secret, stream) };
    expect(await findComplaint(startChild(options).exited)).toContain(`${name} on stderr`);
    expect(await findComplaint(startChild(options).stop())).toContain(`${name} on stderr`);
  });

  test('on stderr fails the test although its job is to make tokens', async () => {
    const command = show(secret, 'stderr', 'get-token');
    expect(await findComplaint(run(command))).toContain(`${name} on stderr`);
    expect(await findComplaint(runClient(command, {}))).toContain(`${name} on stderr`);
  });
});

test.each(['token', 'get-token'])('a program whose job it is (%s) may print a token', async (word) => {
  expect((await run(show(TOKEN, 'stdout', word))).stdout).toContain(TOKEN);
});

test.each([secretAccessKey, sessionToken])('and nothing else of the keys (%#)', async (secret) => {
  const command = show(secret, 'stdout', 'get-token');
  expect(await findComplaint(run(command))).toContain('on stdout');
  expect(await findComplaint(runClient(command, {}))).toContain('on stdout');
});

test('what only begins like a token may be shown', async () => {
  const { code } = await run(show('k8s-aws-v1.aHR0cHM6Ly9zdHM…', 'stdout'));
  expect(code).toBe(0);
});

test('the CI looks for both canaries in what it prints', () => {
  const script = readFileSync(join(import.meta.dirname, '..', '..', '.ci', 'run'), 'utf8');
  const pattern = /grep -qaE '([^']+)' "\$log"/.exec(script)?.[1] ?? '';
  const search = (input: string) => spawnSync('grep', ['-qaE', pattern], { input }).status;
  expect([secretAccessKey, sessionToken, 'neither'].map(search)).toEqual([0, 0, 1]);
});
