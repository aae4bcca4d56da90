import { describe, expect, test } from 'vitest';
import { parsePod } from '../../src/webhook/pod.ts';

const pod = (spec: object, metadata: unknown = {}) => ({ metadata, spec });

describe('an object that is shaped like a Pod is taken as it is', () => {
  test.each([
    ['without anything', pod({})],
    ['with nulls', pod({ volumes: null, containers: null, initContainers: null, nodeSelector: null })],
    ['with nulls in its metadata', pod({}, { labels: null, annotations: null })],
    ['with empty lists', pod({ volumes: [], containers: [{ env: [], volumeMounts: [] }] })],
    ['with fields of the future', { ...pod({ later: [1] }), later: null }],
  ])('%s', (_what, object) => {
    expect(parsePod(object)).toBe(object);
  });
});

describe('an object that is not shaped like a Pod is none', () => {
  test.each<[what: string, object: unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'pod'],
    ['a list', [pod({})]],
    ['no metadata', { spec: {} }],
    ['no spec', { metadata: {} }],
    ['a spec that is a list', { metadata: {}, spec: [] }],
    ['labels that are a list', pod({}, { labels: [] })],
    ['annotations that are a text', pod({}, { annotations: 'x' })],
    ['a node selector that is a list', pod({ nodeSelector: [] })],
    ['volumes that are an object', pod({ volumes: {} })],
    ['a volume that is null', pod({ volumes: [null] })],
    ['containers that are an object', pod({ containers: { name: 'web' } })],
    ['a container that is null', pod({ containers: [{}, null] })],
    ['an init container that is a list', pod({ initContainers: [[]] })],
    ['env that is an object', pod({ containers: [{ env: { A: 'b' } }] })],
    ['a variable that is a text', pod({ containers: [{ env: ['A=b'] }] })],
    ['a variable that is null', pod({ initContainers: [{ env: [{}, null] }] })],
    ['a mount that is null', pod({ containers: [{ volumeMounts: [null] }] })],
  ])('%s', (_what, object) => {
    expect(parsePod(object)).toBeUndefined();
  });
});
