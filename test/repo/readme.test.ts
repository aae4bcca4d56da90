import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readCommandLine } from '../../src/commands/flag-command.ts';
import { WEBHOOK } from '../../src/commands/webhook/descriptor.ts';

const page = readFileSync(join(import.meta.dirname, '..', '..', 'README.md'), 'utf8');
const blocks = [...page.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = '']) => block.trim().split('\n'));
const commands = blocks.flat();

test('README.md installs by three lines', () => {
  const [, section = ''] = page.split(/^## Install$/m);
  const [, first = ''] = /```sh\n(.*?)\n```/s.exec(section) ?? [];
  expect(first.split('\n').map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual([
    'helm install',
    'helm test',
    'kubectl annotate',
  ]);
});

test('README.md starts the webhook by a line that says which cluster, since a newcomer is in none', () => {
  const line = commands.find((command) => command.startsWith('bin/webhook '));
  const reading = readCommandLine(WEBHOOK, line?.split(' ').slice(1) ?? [], {});
  if (reading.kind !== 'run') throw new Error(JSON.stringify(reading));
  expect(reading.settings.cluster.kubeconfig).not.toBe('');
});
