import { EventEmitter } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import type { AccountFinding } from '../../src/webhook/identity.ts';
import { judgeReview } from '../../src/webhook/judge.ts';
import { DEFAULT_SETTINGS } from '../support/webhook/default-settings.ts';
import { renderPod, renderReview } from '../support/webhook/reviews.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

function judge(found: Promise<AccountFinding>, caller: EventEmitter, pod = renderPod('late')) {
  const deps = {
    settings: DEFAULT_SETTINGS,
    accounts: new Map(),
    sources: () => ({ containerCredentials: new Set<string>(), configMap: undefined }),
    findAccount: () => found,
    random: () => 0.5,
  };
  return judgeReview(deps, Buffer.from(renderReview(pod)), '', caller);
}

test('a wait ends with its caller, however long the search goes on', async () => {
  const caller = new EventEmitter();
  const judgement = judge(new Promise(() => {}), caller);
  caller.emit('close');
  expect(await judgement).toMatchObject({ found: 'unread', admission: { patch: [] } });
});

test('a search that goes on holds nothing of the pods whose callers have gone', async () => {
  const searches: Promise<AccountFinding>[] = [];
  const pad = 'x'.repeat(200_000);
  collect();
  const before = process.memoryUsage().heapUsed;
  for (let index = 0; index < 100; index += 1) {
    const search = new Promise<AccountFinding>(() => {});
    searches.push(search);
    const caller = new EventEmitter();
    const judgement = judge(search, caller, renderPod('late').replace('{', `{"pad":"${pad}${index}",`));
    caller.emit('close');
    await judgement;
  }
  collect();
  // Of 20 MB of pods.
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(5_000_000);
  expect(searches).toHaveLength(100);
});

test('a wait leaves nothing behind on a connection that stays', async () => {
  const caller = new EventEmitter();
  expect(await judge(Promise.resolve({ kind: 'unknown' }), caller)).toMatchObject({ found: 'unknown' });
  expect(caller.listenerCount('close')).toBe(0);
});
