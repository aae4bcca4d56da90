import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { expect, test } from 'vitest';
import { registerDemo } from '../../src/commands/demo/command.ts';
import { createEc2Service } from '../../src/local-aws/ec2/service.ts';
import type { StsDeps } from '../../src/local-aws/sts/service.ts';
import { createStsService } from '../../src/local-aws/sts/service.ts';
import { createSurroundings } from '../support/commands/surroundings.ts';

const page = readFileSync(new URL('../../docs/local-aws.md', import.meta.url), 'utf8');

test('docs/local-aws.md names every flag, and no other', () => {
  const demo = new Command();
  registerDemo(demo, { ...createSurroundings().surroundings, finish: () => {} });
  const aws = demo.commands.find((command) => command.name() === 'aws');
  const flags = (aws?.options ?? []).map(({ long }) => long ?? '').sort();
  const rows = page.split('\n').filter((line) => line.startsWith('| `--'));
  expect(flags.length).toBeGreaterThan(5);
  expect(
    rows
      .flatMap((row) => row.match(/`--[a-z-]+/g) ?? [])
      .map((flag) => flag.slice(1))
      .sort(),
  ).toEqual(flags);
});

test('docs/local-aws.md names every action of STS and EC2', () => {
  // Nothing is called: only the names of the actions are asked for.
  const deps = {} as StsDeps;
  const services = [createStsService(deps), createEc2Service({ ...deps, instances: [] })];
  const names = services.flatMap(({ name, actions }) =>
    [...actions.keys()].map((action) => `\`${name}:${action}\``),
  );
  expect(names.filter((name) => !page.includes(name))).toEqual([]);
});
