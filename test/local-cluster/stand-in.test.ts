import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose';
import { describe, expect, test } from 'vitest';
import { createKubeApi } from '../../src/kube/api.ts';
import { createDirectAccess } from '../../src/kube/direct.ts';
import { toKubeObject } from '../../src/kube/objects.ts';
import { createReflector } from '../../src/kube/reflector.ts';
import { createRecordingSink } from '../support/kube/recording-sink.ts';
import { toAccount } from '../support/local-cluster/accounts.ts';
import { toPod, toReference } from '../support/local-cluster/pods.ts';
import { type Answer, startStandIn } from '../support/local-cluster/stand-in.ts';
import { until } from '../support/until.ts';

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
    ['/api/v1/secrets', 'another resource'],
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

describe('a TokenRequest', () => {
  const path = '/api/v1/namespaces/demo/serviceaccounts/a/token';
  const pod = toPod('p', { serviceAccountName: 'a' });
  const ask = (spec: object) => ({ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec });

  async function prepare() {
    const standIn = await startStandIn();
    const account = standIn.table.apply(toAccount('a'));
    const bound = standIn.pods.apply(pod);
    return { ...standIn, account, bound };
  }

  test('is answered with a token of the claims of kube-apiserver, which its published keys verify', async () => {
    const { url, send, clock, account, bound } = await prepare();
    const boundObjectRef = { apiVersion: 'v1', kind: 'Pod', name: 'p', uid: bound.metadata.uid };
    const { status, object } = await send(
      'POST',
      path,
      ask({ audiences: ['sts.amazonaws.com'], expirationSeconds: 86_400, boundObjectRef }),
    );
    expect([status, object.kind]).toEqual([201, 'TokenRequest']);
    const keys = createLocalJWKSet((await (await fetch(`${url}/openid/v1/jwks`)).json()) as JSONWebKeySet);
    const { token, expirationTimestamp } = object['status'] as Record<string, string>;
    const { payload, protectedHeader } = await jwtVerify(token ?? '', keys, {
      currentDate: new Date(clock.now()),
    });
    const now = Math.floor(clock.now() / 1_000);
    expect(Object.keys(protectedHeader).sort()).toEqual(['alg', 'kid']);
    expect(Object.keys(payload)).toEqual(['aud', 'exp', 'iat', 'iss', 'jti', 'kubernetes.io', 'nbf', 'sub']);
    expect(payload).toMatchObject({
      aud: ['sts.amazonaws.com'],
      exp: now + 86_400,
      iat: now,
      nbf: now,
      iss: 'https://issuer.test',
      sub: 'system:serviceaccount:demo:a',
      'kubernetes.io': {
        namespace: 'demo',
        pod: { name: 'p', uid: bound.metadata.uid },
        serviceaccount: { name: 'a', uid: account.metadata.uid },
      },
    });
    expect(Date.parse(expirationTimestamp ?? '')).toBe((now + 86_400) * 1_000);
  });

  test('without an audience is for the API server itself', async () => {
    const { send } = await prepare();
    const { object } = await send('POST', path, ask({}));
    expect(object['spec']).toMatchObject({ audiences: ['https://issuer.test'], expirationSeconds: 3_600 });
  });

  test.each([
    ['too short a life', ask({ expirationSeconds: 599 }), 422, /^spec.expirationSeconds: /],
    ['another kind', { ...ask({}), kind: 'Pod' }, 422, /^kind: /],
    ['no JSON', undefined, 422, /^: /],
    ['a pod that is not there', ask({ boundObjectRef: toReference('q') }), 404, /pods "q" not found/],
    ['a pod of another uid', ask({ boundObjectRef: toReference('p', 'x') }), 409, /UID of pod "p"/],
    ['a pod of another account', ask({ boundObjectRef: toReference('r') }), 422, /does not run as/],
  ])('is refused for %s', async (_name, body, code, message) => {
    const { send, pods } = await prepare();
    pods.apply(toPod('r', { serviceAccountName: 'b' }));
    const { status, object } = await send('POST', path, body);
    expect([status, object.kind, object['message']]).toEqual([
      code,
      'Status',
      expect.stringMatching(message),
    ]);
  });

  test('is refused for an account that is not there', async () => {
    const { send } = await prepare();
    expect((await send('POST', path.replace('/a/', '/z/'), ask({}))).status).toBe(404);
  });
});

describe('the documents of the issuer', () => {
  test('are those of kube-apiserver, with its media types', async () => {
    const { url } = await startStandIn();
    const discovery = await fetch(`${url}/.well-known/openid-configuration`);
    const jwks = await fetch(`${url}/openid/v1/jwks`);
    expect(
      [discovery, jwks].map(({ headers }) => [headers.get('content-type'), headers.get('cache-control')]),
    ).toEqual([
      ['application/json', 'public, max-age=3600'],
      ['application/jwk-set+json', 'public, max-age=3600'],
    ]);
    expect(await discovery.json()).toMatchObject({
      issuer: 'https://issuer.test',
      jwks_uri: 'https://issuer.test/openid/v1/jwks',
      id_token_signing_alg_values_supported: ['ES256'],
    });
    expect(await jwks.json()).toEqual({ keys: [expect.objectContaining({ kty: 'EC', use: 'sig' })] });
  });
});

describe('the status of a pod', () => {
  const path = '/api/v1/namespaces/demo/pods/p/status';

  test('is patched, and what the patch does not name stays', async () => {
    const { pods, send } = await startStandIn();
    const { metadata } = pods.apply({ ...toPod('p'), status: { phase: 'Pending', qosClass: 'Burstable' } });
    const { status } = await send('PATCH', path, {
      metadata: { uid: metadata.uid },
      status: { phase: 'Running' },
    });
    expect(status).toBe(200);
    expect(pods.get('demo', 'p')).toMatchObject({ status: { phase: 'Running', qosClass: 'Burstable' } });
  });

  test.each([
    ['another pod of the name', { metadata: { uid: 'x' }, status: {} }, 409],
    ['no status', { metadata: {} }, 400],
  ])('is not patched for %s', async (_name, patch, code) => {
    const { pods, send } = await startStandIn();
    pods.apply(toPod('p'));
    expect((await send('PATCH', path, patch)).status).toBe(code);
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
      parse: toKubeObject,
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
