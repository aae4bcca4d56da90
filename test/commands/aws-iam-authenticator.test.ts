import { expect, test } from 'vitest';
import { runCommand } from '../support/commands/token.ts';

const ROLE = 'Deployer';

test.each([
  [['token', '-i', 'demo']],
  [['-i', 'demo', 'token']],
  [['--cluster-id', 'demo', 'token']],
  [['--cluster-id=demo', 'token']],
  [['-l', 'json', '-v', '5', 'token', '-i', 'demo']],
  [['--feature-gates', 'token', 'token', '-i', 'demo']],
])('%j makes the token that iam-bridge token makes', async (words) => {
  expect(await runCommand('go', words)).toEqual(await runCommand('token', ['-i', 'demo']));
});

test.each([
  ['usage', ['token', '-i', 'demo', '--nope']],
  ['a cluster that is not named', ['token']],
  ['a role that is none', ['token', '-i', 'demo', '-r', ROLE]],
  ['another command', ['serve']],
  ['a flag without its value', ['-i']],
  ['a flag that there is not, without a command', ['--bogus']],
  ['such a flag behind one that there is', ['-i', 'demo', '--bogus']],
])('for %s the exit code is 1, as that of the Go program', async (_, words) => {
  const { code, stdout, stderr } = await runCommand('go', words);
  expect([code, stdout, stderr === '']).toEqual([1, '', false]);
});

test.each([
  [['token', '-i', 'demo', '--nope'], 'token'],
  [['token', '--help'], 'token'],
  [['init', '--nope'], 'init'],
  [['init', '--help'], 'init'],
  [['verify'], 'verify'],
  [['verify', '-h'], 'verify'],
  [['server', '--nope'], 'server'],
  [['server', '--help'], 'server'],
])('%j speaks of the command that was called, which may be the only one there', async (words, name) => {
  const { stdout, stderr } = await runCommand('go', words);
  expect(stdout + stderr).toContain(`aws-iam-authenticator ${name}`);
  expect(stdout + stderr).not.toMatch(/iam-bridge (?:token|verify|init|authenticator)/);
});

test('for credentials that have expired, too', async () => {
  const env = {
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_CREDENTIAL_EXPIRATION: '2020-01-01T00:00:00Z',
  };
  expect(await runCommand('go', ['token', '-i', 'demo'], { env })).toMatchObject({ code: 1, stdout: '' });
});

test.each([[[]], [['--help']], [['help']], [['-h']], [['-i', 'demo']], [['-c=/nowhere', '-v', '5']]])(
  '%j names the commands',
  async (words) => {
    const { code, stdout } = await runCommand('go', words);
    expect([code, stdout.includes('token')]).toEqual([0, true]);
  },
);

test.each([
  ['token', '--forward-session-name'],
  ['verify', '--offline'],
  ['init', '--client-cert'],
  ['server', '--backend-mode'],
  ['version', '--short'],
])('%s --help, and help %s, is that of the command', async (name, flag) => {
  const help = await runCommand('go', [name, '--help']);
  expect([help.code, help.stderr, help.stdout.includes(flag)]).toEqual([0, '', true]);
  expect(await runCommand('go', ['help', name])).toEqual(help);
});

test.each([
  ['an unknown flag of the server', ['server', '--prot=1']],
  ['a configuration that is not there', ['server', '-c', '/nowhere.yaml', '-i', 'x']],
  ['a configuration of init that is not there', ['init', '-c', '/nowhere.yaml']],
  ['a command that is not here yet', ['add', 'role']],
  ['an unknown flag of version', ['version', '--x']],
  ['a format that version does not have', ['version', '-o', 'xml']],
])('for %s the exit code is 1', async (_, words) => {
  const { code, stdout, stderr } = await runCommand('go', words);
  expect([code, stdout, stderr === '']).toEqual([1, '', false]);
});

test.each([
  [
    [
      '-l',
      'json',
      '-v',
      '5',
      '-c',
      '/nowhere.yaml',
      '-i',
      'demo',
      '--feature-gates',
      'A=true',
      'version',
      '-s',
    ],
  ],
  [['version', '-s', '-l', 'json', '-c', '/nowhere.yaml']],
])('%j is the version: flags that every command has mean nothing to it', async (words) => {
  expect(await runCommand('go', words)).toEqual(await runCommand('go', ['version', '-s']));
  expect(await runCommand('go', words)).toMatchObject({ code: 0 });
});

test.each([
  [[], /^\{"Version":"[\d.]+"\}\n$/],
  [['-o', 'json'], /^\{"Version"/],
  [['-s'], /^[\d.]+\n$/],
  [['--output=yaml'], /^version: [\d.]+\n$/],
])('version %j', async (words, expected) => {
  const { code, stdout } = await runCommand('go', ['version', ...words]);
  expect([code, stdout]).toEqual([0, expect.stringMatching(expected)]);
});
