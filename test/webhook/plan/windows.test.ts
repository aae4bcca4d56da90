import { describe, expect, test } from 'vitest';
import { isWindowsPod, toWindowsPath } from '../../../src/webhook/plan/windows.ts';

const WINDOWS = { key: 'kubernetes.io/os', operator: 'In', values: ['windows'] };
const POOL = { key: 'pool', operator: 'In', values: ['print'] };

/** A pod that requires one of these terms. */
function requiring(...terms: unknown[]) {
  const required = { nodeSelectorTerms: terms };
  return { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: required } } };
}

describe('a Windows pod', () => {
  test.each([
    ['by its own word', { os: { name: 'windows' } }],
    ['by node selector', { nodeSelector: { 'kubernetes.io/os': 'windows' } }],
    ['by the old node selector', { nodeSelector: { 'beta.kubernetes.io/os': 'windows' } }],
    ['by its only term', requiring({ matchExpressions: [POOL, WINDOWS] })],
    ['by every term', requiring({ matchExpressions: [WINDOWS] }, { matchExpressions: [WINDOWS, POOL] })],
  ])('%s', (_why, spec) => {
    expect(isWindowsPod(spec)).toBe(true);
  });
});

describe('no Windows pod', () => {
  test.each([
    ['that says nothing', {}],
    ['with nulls', { os: null, nodeSelector: null, affinity: null }],
    ['of another system', { os: { name: 'linux' }, nodeSelector: { 'kubernetes.io/os': 'linux' } }],
    ['in upper case', { os: { name: 'Windows' } }],
    ['by a label of its own', { nodeSelector: { os: 'windows' } }],
    ['without terms', requiring()],
    ['with a term that matches nothing', requiring({})],
    [
      'with a term that allows others',
      requiring({ matchExpressions: [WINDOWS] }, { matchExpressions: [POOL] }),
    ],
    [
      'with an expression that allows others',
      requiring({ matchExpressions: [{ ...WINDOWS, values: ['windows', 'linux'] }] }),
    ],
    ['with an expression without values', requiring({ matchExpressions: [{ ...WINDOWS, values: [] }] })],
    ['that shuns Windows', requiring({ matchExpressions: [{ ...WINDOWS, operator: 'NotIn' }] })],
    ['of some shape that is none', { affinity: { nodeAffinity: [] } }],
    ['with terms that are none', requiring(null, 'windows', { matchExpressions: {} })],
  ])('%s', (_why, spec) => {
    expect(isWindowsPod(spec)).toBe(false);
  });
});

test('a Linux path on a Windows node has a drive and backslashes', () => {
  expect(toWindowsPath('/var/run/token')).toBe('C:\\var\\run\\token');
});
