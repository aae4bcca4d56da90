import { describe, expect, test } from 'vitest';
import { createKubeApi } from '../../src/kube/api.ts';
import { createDirectAccess } from '../../src/kube/direct.ts';
import { createReflector } from '../../src/kube/reflector.ts';
import { createRecordingSink } from '../kube/support/recording-sink.ts';
import { until } from '../kube/support/until.ts';
import { toAccount } from './support/accounts.ts';
import { type Answer, startStandIn } from './support/stand-in.ts';

const LIST = '/api/v1/serviceaccounts';
const PARTIAL_LIST = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json';
const PARTIAL = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json';

const namesOf = ({ object }: Answer): string[] => object.items.map(({ metadata }) => metadata.name);

describe('a list', () => {
  test('has every account, by namespace and name', async () => {
    const { table, get } = await startStandIn();
    for (const name of ['b', 'c', 'a']) table.apply(toAccount(name));
    const answer = await get(LIST);
    expect(answer.status).toBe(200);
    expect(answer.object.kind).toBe('ServiceAccountList');
    expect(namesOf(answer)).toEqual(['a', 'b', 'c']);
    expect(answer.object.metadata['continue']).toBeUndefined();
  });

  test('comes in pages where that is asked for, all of one snapshot', async () => {
    const { table, get } = await startStandIn();
    for (const name of ['a', 'b', 'c']) table.apply(toAccount(name));
    const first = await get(`${LIST}?limit=2`);
    table.apply(toAccount('d'));
    const second = await get(`${LIST}?limit=2&continue=${first.object.metadata['continue']}`);
    expect([namesOf(first), namesOf(second)]).toEqual([['a', 'b'], ['c']]);
    expect(first.object.metadata['remainingItemCount']).toBe(1);
    expect(second.object.metadata['resourceVersion']).toBe(first.object.metadata['resourceVersion']);
    expect(second.object.metadata['continue']).toBeUndefined();
  });

  test('refuses a continue token that is not its own, or too old', async () => {
    const { table, get } = await startStandIn();
    for (const name of ['a', 'b']) table.apply(toAccount(name));
    const first = await get(`${LIST}?limit=1`);
    for (let round = 0; round < 8; round += 1) {
      table.apply(toAccount('a', String(round)));
      await get(`${LIST}?limit=1`);
    }
    const late = await get(`${LIST}?limit=1&continue=${first.object.metadata['continue']}`);
    const strange = await get(`${LIST}?continue=bm9uc2Vuc2U`);
    expect([late, strange].map(({ status, object }) => [status, object.reason])).toEqual([
      [410, 'Expired'],
      [410, 'Expired'],
    ]);
  });

  test('has only type and metadata of each where that is accepted', async () => {
    const { table, get } = await startStandIn();
    table.apply(toAccount('a', 'kept'));
    const { object } = await get(LIST, PARTIAL_LIST);
    expect(object).toMatchObject({ kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1' });
    expect(object.items).toEqual([
      {
        apiVersion: 'meta.k8s.io/v1',
        kind: 'PartialObjectMetadata',
        metadata: expect.objectContaining({ name: 'a', namespace: 'demo', annotations: { note: 'kept' } }),
      },
    ]);
  });
});

describe('a single account', () => {
  test('is found by namespace and name, whole or in part', async () => {
    const { table, get } = await startStandIn();
    table.apply(toAccount('a'));
    const path = '/api/v1/namespaces/demo/serviceaccounts/a';
    expect((await get(path)).object).toMatchObject({
      kind: 'ServiceAccount',
      automountServiceAccountToken: false,
    });
    const { object } = await get(path, PARTIAL);
    expect(object.kind).toBe('PartialObjectMetadata');
    expect(object).not.toHaveProperty('automountServiceAccountToken');
  });

  test.each([
    ['/api/v1/namespaces/demo/serviceaccounts/b', 'another name'],
    ['/api/v1/namespaces/other/serviceaccounts/a', 'another namespace'],
    ['/api/v1/namespaces/demo/serviceaccounts/%E0%A4%A', 'a name that is no text'],
    ['/api/v1/pods', 'another resource'],
    ['/', 'no resource at all'],
  ])('is a 404 Status at %s: %s', async (path) => {
    const { table, get } = await startStandIn();
    table.apply(toAccount('a'));
    const { status, object } = await get(path);
    expect([status, object.kind, object.code, object.reason]).toEqual([404, 'Status', 404, 'NotFound']);
  });

  test('cannot be written', async () => {
    const { url } = await startStandIn();
    const response = await fetch(url + LIST, { method: 'POST', body: '{}' });
    expect(response.status).toBe(405);
    expect(await response.json()).toMatchObject({ kind: 'Status', reason: 'MethodNotAllowed' });
  });
});

describe('a watch', () => {
  test('tells what has happened since, then what happens', async () => {
    const { table, watch } = await startStandIn();
    const from = table.version();
    table.apply(toAccount('a'));
    const { next } = await watch(`resourceVersion=${from}`);
    expect(await next()).toMatchObject({ type: 'ADDED', object: { metadata: { name: 'a' } } });
    table.apply(toAccount('a', 'new'));
    const changed = await next();
    expect(changed).toMatchObject({
      type: 'MODIFIED',
      object: { metadata: { annotations: { note: 'new' } } },
    });
    table.remove('demo', 'a');
    const removed = await next();
    expect(removed.type).toBe('DELETED');
    expect(Number(removed.object.metadata['resourceVersion'])).toBe(
      Number(changed.object.metadata['resourceVersion']) + 1,
    );
  });

  test('has a bookmark every minute, where they are allowed', async () => {
    const { table, clock, watch } = await startStandIn();
    table.apply(toAccount('a'));
    const { next } = await watch(`resourceVersion=${table.version()}&allowWatchBookmarks=true`, PARTIAL);
    await until(() => clock.sleepers().length === 1, 'the watch waits');
    clock.advance(60_000);
    expect(await next()).toEqual({
      type: 'BOOKMARK',
      object: {
        apiVersion: 'meta.k8s.io/v1',
        kind: 'PartialObjectMetadata',
        metadata: { resourceVersion: String(table.version()), creationTimestamp: null },
      },
    });
  });

  test('ends after the time that its caller gave it', async () => {
    const { table, clock, watch } = await startStandIn();
    const { ended } = await watch(`resourceVersion=${table.version()}&timeoutSeconds=300`);
    await until(() => clock.sleepers().length === 1, 'the watch waits');
    expect(clock.sleepers()).toEqual([300_000]);
    clock.advance(300_000);
    await ended();
  });

  test('is an ERROR of 410 from a version that is forgotten', async () => {
    const { table, watch } = await startStandIn(2);
    const from = table.version();
    for (const name of ['a', 'b', 'c']) table.apply(toAccount(name));
    const { next, ended } = await watch(`resourceVersion=${from}`);
    expect(await next()).toMatchObject({
      type: 'ERROR',
      object: { kind: 'Status', code: 410, reason: 'Expired' },
    });
    await ended();
  });

  test('ends its wait when the caller goes away', async () => {
    const { url, table, clock } = await startStandIn();
    const leaving = new AbortController();
    await fetch(`${url}${LIST}?watch=1&resourceVersion=${table.version()}`, { signal: leaving.signal });
    await until(() => clock.sleepers().length === 1, 'the watch waits');
    leaving.abort();
    await until(() => clock.sleepers().length === 0, 'the watch is over');
  });
});

describe('the reflector', () => {
  test('follows the stand-in as it follows a cluster', async () => {
    const { url, table, clock } = await startStandIn();
    table.apply(toAccount('a', 'listed'));
    const sink = createRecordingSink();
    const api = createKubeApi(createDirectAccess(url));
    const reflector = createReflector({
      api,
      path: LIST,
      metadataOnly: true,
      sink,
      clock,
      random: () => 0,
      report: () => {},
    });
    reflector.start();
    await reflector.firstList;
    expect(sink.known()).toEqual(['a=listed']);
    table.apply(toAccount('b', 'watched'));
    table.remove('demo', 'a');
    await until(() => sink.known().join() === 'b=watched', 'both changes have come');
    expect(reflector.resourceVersion()).toBe(String(table.version()));
    await reflector.stop();
    api.close();
  });
});
