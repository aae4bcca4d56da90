import { afterEach, describe, expect, test } from 'vitest';
import { createKubeApi, type KubeApi } from '../../src/kube/api.ts';
import { collectObjects } from '../../src/kube/collect.ts';
import { createDirectAccess } from '../../src/kube/direct.ts';
import { account, listOf, refusal } from '../support/kube/answers.ts';
import { type ScriptedServer, type Step, startScriptedServer } from '../support/kube/scripted-server.ts';

const PATH = '/apis/rbac.authorization.k8s.io/v1/roles';
let server: ScriptedServer;
let api: KubeApi;

async function collect(...script: readonly Step[]): Promise<readonly unknown[]> {
  server = await startScriptedServer(script);
  api = createKubeApi(createDirectAccess(server.url));
  return await collectObjects({ api, path: PATH });
}

afterEach(async () => {
  api.close();
  await server.close();
});

const [a, b, c] = [account('a', '1'), account('b', '2'), account('c', '3')] as const;

describe('a collection', () => {
  test('is read to its last page', async () => {
    expect(await collect(listOf([a, b], '10', 'next'), listOf([c], '10'))).toEqual([a, b, c]);
    expect(server.seen.map(({ query }) => query)).toEqual([
      { limit: '500' },
      { limit: '500', continue: 'next' },
    ]);
  });

  test('begins again where the server forgets it in the middle, and holds nothing twice', async () => {
    const pages = [listOf([a, b], '10', 'next'), refusal(410, 'expired')];
    expect(await collect(...pages, listOf([a], '20', 'next'), listOf([c], '20'))).toEqual([a, c]);
  });

  test('is given up where the server forgets it each time', async () => {
    const pages = [listOf([a], '10', 'next'), refusal(410, 'expired')];
    await expect(collect(...pages, ...pages, ...pages)).rejects.toThrow('the continue token expired');
    expect(server.seen).toHaveLength(6);
  });

  test('is none where the server refuses it, in its words', async () => {
    await expect(collect(refusal(403, 'roles is forbidden'))).rejects.toThrow(
      `list ${PATH}: the API server answered 403: roles is forbidden`,
    );
  });
});
