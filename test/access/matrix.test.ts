import { describe, expect, test } from 'vitest';
import { type MatrixWords, planMatrix } from '../../src/access/matrix.ts';
import { readQuestion } from '../../src/access/question.ts';
import { createCatalogue } from '../../src/access/resources/catalogue.ts';

const catalogue = createCatalogue(undefined);
const WORDS: MatrixWords = {
  resources: undefined,
  verbs: ['list', 'create', 'bind'],
  subresources: false,
  namespace: 'shop',
  namespaceIsGiven: false,
};

function plan(words: Partial<MatrixWords>) {
  const made = planMatrix({ ...WORDS, ...words }, catalogue);
  if (made.kind === 'problem') throw new Error(made.problem);
  return made;
}

const nameOf = ({ group, resource, subresource }: ReturnType<typeof plan>['rows'][number]): string =>
  [group, resource, ...(subresource === undefined ? [] : [subresource])].join('/');

describe('the plan of a table', () => {
  test('has a row for each resource, without subresources', () => {
    const rows = plan({}).rows.map(nameOf);
    expect(rows).toHaveLength(catalogue.resources.length);
    expect(rows).toContain('apps/deployments');
    expect(rows.some((row) => row.endsWith('/log'))).toBe(false);
  });

  test('has rows for subresources, behind theirs, where they are wanted', () => {
    const rows = plan({ subresources: true }).rows.map(nameOf);
    const pods = rows.indexOf('/pods');
    expect(rows[pods + 1]).toBe('/pods/attach');
    expect(rows).toContain('apps/deployments/scale');
  });

  test('asks nothing that the API does not have', () => {
    const rows = new Map(
      plan({ subresources: true, verbs: ['list', 'create', 'get'] }).rows.map((row) => [nameOf(row), row]),
    );
    const asked = (name: string) => rows.get(name)?.questions.map((question) => question?.verb);
    expect(asked('/pods/exec')).toEqual([undefined, 'create', 'get']);
    expect(asked('/pods/log')).toEqual([undefined, undefined, 'get']);
    expect(asked('/bindings')).toEqual([undefined, 'create', undefined]);
    expect(asked('/secrets')).toEqual(['list', 'create', 'get']);
  });

  test('asks rights that are no requests of every resource', () => {
    expect(plan({ verbs: ['bind'] }).rows.every(({ questions }) => questions[0]?.verb === 'bind')).toBe(true);
  });

  test('asks in the namespace, and cluster-wide for what belongs to none', () => {
    const rows = new Map(plan({}).rows.map((row) => [nameOf(row), row.questions[0]]));
    expect(rows.get('/pods')?.namespace).toBe('shop');
    expect(rows.get('/nodes')).toEqual({ verb: 'list', group: '', resource: 'nodes' });
    expect(plan({ namespace: undefined }).rows.every(({ questions }) => !questions[0]?.namespace)).toBe(true);
  });

  test('leaves out what belongs to no namespace where one is asked for', () => {
    const rows = plan({ namespaceIsGiven: true }).rows.map(nameOf);
    expect(rows).toContain('/pods');
    expect(rows).not.toContain('/nodes');
  });

  test('asks of named resources what can asks', () => {
    const resources = ['po', 'pods/log', 'deploy.apps', 'secrets/db', 'namespaces/team-a', 'foos', 'users'];
    const { rows, caveats } = plan({ resources, verbs: ['get', 'impersonate', 'frob'] });
    rows.forEach((row, place) => {
      for (const question of row.questions.filter((each) => each !== undefined)) {
        const words = { verb: question.verb, what: resources[place] ?? '', namespace: 'shop' };
        expect(readQuestion(words, catalogue)).toMatchObject({ question });
      }
    });
    expect(rows.map(({ resource, subresource, name }) => [resource, subresource, name])).toEqual([
      ['pods', undefined, undefined],
      ['pods', 'log', undefined],
      ['deployments', undefined, undefined],
      ['secrets', undefined, 'db'],
      ['namespaces', undefined, 'team-a'],
      ['foos', undefined, undefined],
      ['users', undefined, undefined],
    ]);
    expect(rows.at(-1)?.questions.map((question) => question?.verb)).toEqual([
      undefined,
      'impersonate',
      'frob',
    ]);
    expect(caveats.map(({ code }) => code).toSorted()).toEqual(['unknown-resource', 'unknown-verb']);
  });

  test('tells of a verb that nobody knows, also without named resources', () => {
    expect(plan({ verbs: ['lst'] }).caveats).toMatchObject([
      { code: 'unknown-verb', message: expect.stringContaining('did you mean list?') },
    ]);
  });

  test.each([
    ['/metrics', 'iam-bridge can get /PATH'],
    ['a/b/c/d', 'RESOURCE/SUBRESOURCE/NAME'],
  ])('says what is wrong with %s', (what, hint) => {
    expect(planMatrix({ ...WORDS, resources: [what] }, catalogue)).toEqual({
      kind: 'problem',
      problem: expect.stringContaining(hint),
    });
  });
});
