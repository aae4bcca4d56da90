import { expect, test } from 'vitest';
import { readCommand } from '../../src/commands/list.ts';
import { readWords } from '../../src/commands/program-name.ts';
import { runTree } from '../support/commands/tree.ts';

test.each([
  ['/iam-bridge', ['webhook', '--port=1'], ['webhook', '--port=1']],
  ['/webhook', ['--port=1'], ['webhook', '--port=1']],
  ['/webhook', [], ['webhook']],
  ['/aws-iam-authenticator', ['token', '-i', 'demo'], ['aws-iam-authenticator', 'token', '-i', 'demo']],
  ['/opt/iam-bridge/main.js', ['token'], ['token']],
  ['/somewhere/src/main.ts', ['--help'], ['--help']],
  ['/webhook/main.js', ['--help'], ['--help']],
])('started as %s with %j, the words are %j', (file, words, expected) => {
  expect(readWords(['/nodejs/bin/node', file, ...words])).toEqual(expected);
});

test.each([
  [
    ['server', '-c', 'config.yaml'],
    ['-c', 'config.yaml'],
  ],
  [
    ['-c', 'config.yaml', 'server'],
    ['-c', 'config.yaml'],
  ],
  [
    ['--config=config.yaml', 'server', '-i', 'demo'],
    ['--config=config.yaml', '-i', 'demo'],
  ],
])('%j is the server of aws-iam-authenticator, as its manifests have it', (words, rest) => {
  expect(readCommand(words)).toMatchObject({ entry: { name: 'server' }, rest });
});

test.each([
  [['-i', 'eks', 'server'], 'server', ['-i', 'eks']],
  [['-i', 'server', 'server', '-l', 'json'], 'server', ['-i', 'server', '-l', 'json']],
  [['-ieks', 'server'], 'server', ['-ieks']],
  [['--profile', 'server', 'eks', 'get-token'], 'eks', ['--profile', 'server', 'get-token']],
  [
    ['--no-cli-pager', '--profile', 'eks', 'eks', 'get-token'],
    'eks',
    ['--no-cli-pager', '--profile', 'eks', 'get-token'],
  ],
  [['--debug', '--region=eks', 'eks'], 'eks', ['--debug', '--region=eks']],
])('%j is the command %s, whatever clusters and profiles are called', (words, name, rest) => {
  expect(readCommand(words)).toMatchObject({ entry: { name }, rest });
});

test.each([
  [['--profile', 'server']],
  [['--config', 'eks', 'verify']],
  [['--help', 'serve']],
  [['-h']],
  [[]],
])('%j is no command behind global flags', (words) => {
  expect(readCommand(words)).toBeUndefined();
});

test('help says nothing of names that are there for manifests alone', async () => {
  const { stdout } = await runTree(['--help']);
  expect(stdout).toMatch(/^ {2}serve /m);
  expect(stdout).not.toMatch(/^ {2}server /m);
});
