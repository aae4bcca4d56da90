import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, test } from 'vitest';
import type { KubeObject } from '../../src/kube/objects.ts';
import type { ReflectorSink } from '../../src/kube/reflector.ts';
import { listOf } from '../support/kube/answers.ts';
import { startRig, tearDownRigs } from '../support/kube/rig.ts';
import type { Answer, SeenRequest } from '../support/kube/scripted-server.ts';

afterEach(tearDownRigs);

const PAGES = 40;
const PAGE_SIZE = 500;

setFlagsFromString('--expose-gc');
const collectGarbage: unknown = runInNewContext('gc');

function readPage({ query }: SeenRequest): number {
  return Number(query['continue'] ?? 0);
}

function createPage(page: number): Answer {
  const items = Array.from({ length: PAGE_SIZE }, (_, index) => ({
    metadata: {
      name: `account-${page}-${index}`,
      namespace: 'shop',
      uid: `uid-${page}-${index}`,
      resourceVersion: String(page * PAGE_SIZE + index + 1),
      annotations: { [`note-${page}`]: 'n' },
      managedFields: [
        { manager: 'kubectl', operation: 'Apply', fieldsV1: { 'f:metadata': { 'f:annotations': {} } } },
      ],
    },
  }));
  return listOf(items, '99999', page + 1 < PAGES ? String(page + 1) : '');
}

describe('a list of 20,000 accounts that the sink does not keep', () => {
  test('holds no page once the next is asked for', async () => {
    const handedOver: WeakRef<object>[] = [];
    const heldPages: number[] = [];
    let items = 0;
    const sink: ReflectorSink<KubeObject> = {
      listing() {},
      listed() {},
      set({ metadata }) {
        items += 1;
        // The parsed annotations belong to the page, so they live as long as anything holds it.
        if (metadata.name.endsWith('-0') && metadata.annotations)
          handedOver.push(new WeakRef(metadata.annotations));
      },
      remove() {},
    };
    const step = (request: SeenRequest): Answer => {
      if (typeof collectGarbage === 'function' && readPage(request) % 8 === 7) {
        collectGarbage();
        heldPages.push(handedOver.filter((each) => each.deref() !== undefined).length);
      }
      return createPage(readPage(request));
    };
    const { reflector } = await startRig(Array(PAGES).fill(step), { sink });
    await reflector.firstList;
    expect(items).toBe(PAGES * PAGE_SIZE);
    expect(heldPages).toEqual([0, 0, 0, 0, 0]);
  });
});
