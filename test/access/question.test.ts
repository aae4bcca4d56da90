import { describe, expect, test } from 'vitest';
import { type QuestionWords, readQuestion } from '../../src/access/question.ts';
import { createCatalogue } from '../../src/access/resources/catalogue.ts';

const BUILT_IN = createCatalogue(undefined);

function read(what: string, more: Partial<QuestionWords> = {}) {
  const reading = readQuestion({ verb: 'get', what, ...more }, BUILT_IN);
  if (reading.kind === 'problem') return reading.problem;
  return { ...reading.question, codes: reading.caveats.map(({ code }) => code) };
}

const plain = { verb: 'get', group: '', codes: [] };

describe('a resource', () => {
  test.each<[string, object]>([
    ['pods', { ...plain, resource: 'pods' }],
    ['po', { ...plain, resource: 'pods' }],
    ['Pod', { ...plain, resource: 'pods' }],
    ['deploy', { ...plain, group: 'apps', resource: 'deployments' }],
    ['events', { ...plain, resource: 'events' }],
    ['events.events.k8s.io', { ...plain, group: 'events.k8s.io', resource: 'events' }],
    ['*', { ...plain, resource: '*' }],
    ['users', { ...plain, resource: 'users' }],
    ['signers', { ...plain, group: 'certificates.k8s.io', resource: 'signers' }],
  ])('%s is known by any of its names', (what, expected) => {
    expect(read(what)).toEqual(expected);
  });

  test('that is unknown is taken to the letter, with the nearest name', () => {
    expect(read('podz')).toEqual({ ...plain, resource: 'podz', codes: ['unknown-resource'] });
    expect(read('widgets.example.com')).toMatchObject({ resource: 'widgets', group: 'example.com' });
    const reading = readQuestion({ verb: 'get', what: 'podz' }, BUILT_IN);
    expect(reading.kind === 'question' && reading.caveats[0]?.message).toMatch(/did you mean pods\?$/);
  });
});

describe('what stands behind a slash', () => {
  test.each<[string, object]>([
    ['pods/log', { subresource: 'log' }],
    ['pods/web', { name: 'web' }],
    ['pods/log/web', { subresource: 'log', name: 'web' }],
    ['pods/web/log', { subresource: 'log', name: 'web' }],
    ['nodes/metrics', { subresource: 'metrics' }],
    ['userextras.authentication.k8s.io/scopes', { subresource: 'scopes' }],
    ['widgets.example.com/status', { name: 'status' }],
  ])('%s is a subresource where there is one of that name', (what, expected) => {
    expect(read(what)).toMatchObject(expected);
  });

  test('is what flags say', () => {
    expect(read('pods/log', { name: 'log', subresource: '' })).toMatchObject({ name: 'log' });
    expect(read('pods/web', { subresource: 'exec' })).toMatchObject({ name: 'web', subresource: 'exec' });
    expect(read('widgets.example.com', { subresource: 'status', name: 'x' })).toMatchObject({
      subresource: 'status',
      name: 'x',
    });
  });

  test.each(['', 'pods/', 'pods//x', 'pods/log/a/b'])('%j is refused', (what) => {
    expect(read(what)).toEqual(expect.any(String));
  });
});

describe('a namespace', () => {
  test('counts for what has one, and for what nobody knows', () => {
    expect(read('pods', { namespace: 'a' })).toMatchObject({ namespace: 'a', codes: [] });
    expect(read('podz', { namespace: 'a' })).toMatchObject({ namespace: 'a' });
  });

  test('is dropped where the resource has none, aloud only if it was asked for', () => {
    expect(read('nodes', { namespace: 'a' })).toEqual({ ...plain, resource: 'nodes' });
    expect(read('nodes', { namespace: 'a', namespaceIsGiven: true })).toEqual({
      ...plain,
      resource: 'nodes',
      codes: ['namespace-dropped'],
    });
  });

  test('of a Namespace is itself, as its request has it', () => {
    const own = { ...plain, resource: 'namespaces', name: 'a', namespace: 'a' };
    expect(read('ns/a')).toEqual(own);
    expect(read('ns/a', { namespace: 'a', namespaceIsGiven: true })).toEqual(own);
    expect(read('ns/a', { namespace: 'b', namespaceIsGiven: true })).toEqual({
      ...own,
      codes: ['namespace-dropped'],
    });
    expect(read('ns/a', { verb: 'create' })).not.toHaveProperty('namespace');
  });
});

describe('a path', () => {
  test('has neither namespace nor name', () => {
    expect(read('/metrics', { namespace: 'a' })).toEqual({ verb: 'get', path: '/metrics', codes: [] });
    expect(read('/metrics', { name: 'x' })).toMatch(/^a path has no name/);
    expect(read('/metrics', { verb: 'list' })).toMatchObject({ codes: ['unknown-verb'] });
  });
});

describe('a verb', () => {
  test.each([
    ...['*', 'impersonate', 'bind', 'impersonate-on:user-info:list'],
    ...['request-serviceaccounts-token-audience', 'unsafe-delete-ignore-read-errors'],
  ])('%s is known', (verb) => {
    expect(read('pods', { verb })).toMatchObject({ verb, codes: [] });
  });

  test('that nobody knows is taken to the letter', () => {
    expect(read('pods', { verb: 'lst' })).toMatchObject({ verb: 'lst', codes: ['unknown-verb'] });
    expect(read('pods', { verb: '' })).toMatch(/^the verb is empty/);
  });
});

test('a catalogue of discovery knows what the server has, and nothing else', () => {
  const widget = {
    ...{ group: 'example.com', version: 'v1', resource: 'widgets', kind: 'Widget', singular: 'widget' },
    ...{ shortNames: ['wd'], namespaced: true, verbs: ['get'], subresources: [] },
  };
  const catalogue = createCatalogue([widget]);
  expect(catalogue.find('WD')).toBe(widget);
  expect(catalogue.find('widgets', 'example.com')).toBe(widget);
  expect(catalogue.find('widgets', 'example.org')).toBeUndefined();
  expect(catalogue.find('pods')).toBeUndefined();
  expect(catalogue.findNearest('widgts')).toBe('widgets');
});
