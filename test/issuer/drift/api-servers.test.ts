import { describe, expect, test } from 'vitest';
import { lookAtApiServers } from '../../../src/issuer/drift/api-servers.ts';
import type { ApiAnswer } from '../../../src/kube/api.ts';
import { current, next, toDiscovery } from '../../support/issuer/drift-scene.ts';
import { toSet } from '../../support/issuer/key-jwks.ts';

function toSlices(addresses: readonly string[]): string {
  return JSON.stringify({
    items: [
      { ports: [{ name: 'https', port: 6443 }], endpoints: addresses.map((each) => ({ addresses: [each] })) },
    ],
  });
}

/** Looks at API servers that each have the JWKS given. */
async function look(
  jwks: Readonly<Record<string, string>>,
  slices: ApiAnswer = good(toSlices(Object.keys(jwks))),
) {
  const opened: string[] = [];
  let closed = 0;
  const view = await lookAtApiServers({
    api: { get: async () => slices },
    open(server) {
      opened.push(server);
      const address = new URL(server).hostname.replace(/^\[|\]$/g, '');
      return {
        get: async (path) => good(path.endsWith('/jwks') ? (jwks[address] ?? '') : toDiscovery()),
        close() {
          closed += 1;
        },
      };
    },
  });
  return { ...view, opened, closed };
}

function good(body: string): ApiAnswer {
  return { status: 200, body };
}

describe('API servers', () => {
  test('of one set of keys are no finding, and every connection is closed', async () => {
    const both = toSet(current, next);
    const view = await look({ '10.0.0.1': both, '10.0.0.2': toSet(next, current), 'fd00::1': both });
    expect(view).toMatchObject({ findings: [], unseen: [], closed: 3 });
    expect(view.opened).toEqual(['https://10.0.0.1:6443', 'https://10.0.0.2:6443', 'https://[fd00::1]:6443']);
  });

  test('of different sets are one', async () => {
    const { findings } = await look({ '10.0.0.1': toSet(current, next), '10.0.0.2': toSet(current) });
    expect(findings).toMatchObject([
      { code: 'api-servers-differ', what: 'of 2 API servers, 1 lack keys that others have' },
    ]);
  });

  test('are named where they lack a key', async () => {
    const [both, one] = [toSet(current, next), toSet(current)];
    const { findings } = await look({ '10.0.0.1': both, '10.0.0.2': one, 'fd00::1': one });
    expect(findings).toMatchObject([{ where: 'https://10.0.0.2:6443, https://[fd00::1]:6443' }]);
  });

  test('of which there is one are not asked again', async () => {
    expect((await look({ '10.0.0.1': toSet(current) })).opened).toEqual([]);
  });

  test.each<[why: string, slices: ApiAnswer]>([
    ['the list is forbidden', { status: 403, body: '{"message":"no"}' }],
  ])('cannot be seen where %s', async (_why, slices) => {
    const { findings, unseen } = await look({}, slices);
    expect([findings, unseen]).toEqual([[], [expect.stringContaining('403')]]);
  });

  test.each(['{}', '{"items":{}}', '{"items":[null,{"endpoints":[{}],"ports":[]}]}', 'x'])(
    'are none where the list is %s',
    async (body) => {
      expect(await look({}, good(body))).toMatchObject({ findings: [], unseen: [], opened: [] });
    },
  );

  test('that cannot be asked are told of', async () => {
    const { unseen } = await look(
      { '10.0.0.1': 'x', '10.0.0.2': 'x' },
      good(toSlices(['10.0.0.1', 'not an address'])),
    );
    expect(unseen).toEqual([expect.stringContaining('the API servers one by one')]);
  });
});
