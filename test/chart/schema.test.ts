import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { listLeaves, type Members, type Schema } from '../../tools/chart/node.ts';
import { VALUES } from '../../tools/chart/values/all.ts';
import { describeWithNewestHelm } from '../support/chart/helm.ts';
import { createParent } from '../support/chart/parent.ts';
import { template } from '../support/chart/render.ts';
import { createWorkspace } from '../support/workspace.ts';

/** Something that the schema has to refuse: values, and what is wrong with them. */
interface Mutation {
  readonly path: readonly string[];
  readonly value: unknown;
}

const LEAVES = [...listLeaves(VALUES)].filter(({ leaf }) => leaf.default !== undefined);
const SECTIONS = [...listSections(VALUES)];

describeWithNewestHelm('values.schema.json', (helm) => {
  const mutations = fc.sample(
    fc.oneof(fc.constantFrom(...LEAVES.flatMap(spoilLeaf)), fc.constantFrom(...SECTIONS.map(misspell))),
    {
      numRuns: 200,
      seed: 11,
    },
  );

  test('refuses 200 values that are of a wrong type, out of range, or under no known name, and says where', () => {
    const workspace = createWorkspace();
    onTestFinished(() => workspace.remove());
    const chart = createParent(
      workspace,
      mutations.map((_, index) => ({ alias: `m${index}` })),
    );
    const values = Object.fromEntries(
      mutations.map(({ path, value }, index) => [`m${index}`, nest(path, value)]),
    );
    const { code, stderr } = template(helm, { chart, values });
    expect(code).toBe(1);
    const told = readComplaints(stderr);
    expect(mutations.filter(({ path }, index) => !told.get(`m${index}`)?.includes(`/${path[0]}`))).toEqual(
      [],
    );
  });

  test.each(['global', 'enabled'])('takes %s, which a chart has that depends on this one', (name) => {
    expect(template(helm, { values: { [name]: name === 'global' ? { other: 1 } : true } }).code).toBe(0);
  });
});

describe('the mutations', () => {
  test('reach every kind of schema that there is', () => {
    const kinds = new Set(
      LEAVES.map(({ leaf }) => JSON.stringify(leaf.schema['type'] ?? Object.keys(leaf.schema)[0])),
    );
    for (const kind of kinds) {
      const some = LEAVES.filter(
        ({ leaf }) => JSON.stringify(leaf.schema['type'] ?? Object.keys(leaf.schema)[0]) === kind,
      );
      expect(some.flatMap(spoilLeaf).length, kind).toBeGreaterThan(0);
    }
  });
});

/** What helm says of each chart: a line with its name, then one for each thing that is wrong. */
function readComplaints(text: string): ReadonlyMap<string, string> {
  return new Map(
    [...text.matchAll(/^(m\d+):\n((?:[-\s].*\n)+)/gm)].map(([, name = '', lines = '']) => [name, lines]),
  );
}

function* listSections(members: Members, path: readonly string[] = []): Generator<readonly string[]> {
  for (const [name, node] of Object.entries(members)) {
    if (node.kind === 'leaf' || node.isShared) continue;
    yield [...path, name];
    yield* listSections(node.members, [...path, name]);
  }
}

/** A name that is almost known. */
function misspell(path: readonly string[]): Mutation {
  return { path: [...path, 'enabledd'], value: true };
}

function spoilLeaf({ path, leaf }: (typeof LEAVES)[number]): Mutation[] {
  return spoil(leaf.schema).map((value) => ({ path, value }));
}

/** Values that do not fit. */
function spoil(schema: Schema): unknown[] {
  return [...spoilType(schema), ...spoilBounds(schema), ...spoilMembers(schema)];
}

const OF_NO_TYPE: Readonly<Record<string, readonly unknown[]>> = {
  boolean: ['yes', 1],
  integer: ['8', 1.5],
  number: ['8'],
  string: [7, ['text'], true],
  array: ['text', 7, { 0: 'text' }],
  object: ['text', ['text']],
};

function spoilType({ type }: Schema): readonly unknown[] {
  if (typeof type === 'string') return OF_NO_TYPE[type] ?? [];
  if (!Array.isArray(type)) return [];
  return [type.includes('string') ? 7 : 'text', ...(type.includes('array') ? [] : [[7]])];
}

function spoilBounds({ minimum, maximum, pattern, enum: choices, anyOf }: Schema): unknown[] {
  return [
    ...(typeof minimum === 'number' ? [minimum - 1] : []),
    ...(typeof maximum === 'number' ? [maximum + 1] : []),
    ...(typeof pattern === 'string' ? ['\n'] : []),
    ...(choices === undefined ? [] : ['nonsense', 7]),
    ...(anyOf === undefined ? [] : [[], 'nonsense']),
  ];
}

function spoilMembers({ items, additionalProperties, properties }: Schema): unknown[] {
  return [
    ...(isSchema(items) ? spoil(items).map((item) => [item]) : []),
    ...(isSchema(additionalProperties) ? spoil(additionalProperties).map((value) => ({ some: value })) : []),
    ...(isSchema(properties) ? [{ some: 'text' }] : []),
  ];
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function nest(path: readonly string[], value: unknown): Record<string, unknown> {
  const [first = '', ...rest] = path;
  return { [first]: rest.length === 0 ? value : nest(rest, value) };
}
