import { expect, test } from 'vitest';
import { createSourceCheck } from '../../../src/commands/server/source-check.ts';
import { toStatusError } from '../../../src/kube/errors.ts';
import type { Trouble } from '../../../src/kube/reflector.ts';

const MINUTE = 60_000;
const START = Date.UTC(2026, 0, 31, 9);

function createScene({ delivered = true } = {}) {
  const scene = { now: START, lastContact: START, trouble: undefined as Trouble | undefined, problem: '' };
  const check = createSourceCheck({
    scope: { resource: 'configmaps', namespace: 'eks', name: 'x' },
    staleAfter: 5 * MINUTE,
    now: () => scene.now,
    problem: () => scene.problem || undefined,
    reflector: {
      delivered: () => delivered,
      lastContact: () => scene.lastContact,
      trouble: () => scene.trouble,
    },
  });
  return { scene, check, degraded: () => check.degraded?.() };
}

const refused: Trouble = { during: 'list', error: toStatusError('list /x', 403, '{"message":"forbidden"}') };

test('a source that was not delivered says why, and which right is missing', () => {
  const { scene, check } = createScene({ delivered: false });
  expect(check.check()).toBe('the first list was not delivered yet');
  scene.trouble = refused;
  expect(check.check()).toMatch(
    /^the first list was not delivered yet: list \/x: the API server answered 403: forbidden; missing right: list on configmaps named x in the namespace eks/,
  );
});

test('a source is degraded once it is out of contact for longer than the bound, and not before', () => {
  const { scene, check, degraded } = createScene();
  scene.trouble = refused;
  scene.now += 5 * MINUTE;
  expect(degraded()).toBeUndefined();
  scene.now += 1;
  expect(degraded()).toMatch(/^no contact with the API server since 2026-01-31T09:00:00\.000Z: list \/x: /);
  expect(check.check()).toBeUndefined();
  scene.lastContact = scene.now;
  expect(degraded()).toBeUndefined();
});

test('a clock that was set back does not make a source stale', () => {
  const { scene, degraded } = createScene();
  scene.now -= 60 * MINUTE;
  expect(degraded()).toBeUndefined();
});

test('what the source says and that it is silent are both told', () => {
  const { scene, degraded } = createScene();
  scene.problem = 'data.config is not JSON';
  expect(degraded()).toBe('data.config is not JSON');
  scene.now += 6 * MINUTE;
  expect(degraded()).toBe(
    'data.config is not JSON; and no contact with the API server since 2026-01-31T09:00:00.000Z',
  );
});
