import { describe, expect, test } from 'vitest';
import { toStatusError } from '../../src/kube/errors.ts';
import { describeTrouble, type ReadScope } from '../../src/kube/trouble.ts';

const ACCOUNTS: ReadScope = { resource: 'serviceaccounts' };
const CONFIG_MAP: ReadScope = { resource: 'configmaps', namespace: 'eks', name: 'pod-identity-webhook' };

function refuse(status: number, message = 'no'): Error {
  return toStatusError('list /x', status, JSON.stringify({ message }));
}

describe('trouble with a source', () => {
  test.each<[during: 'list' | 'watch', scope: ReadScope, right: string]>([
    ['list', ACCOUNTS, 'list on serviceaccounts in all namespaces, by a ClusterRole'],
    ['watch', ACCOUNTS, 'watch on serviceaccounts in all namespaces, by a ClusterRole'],
    ['list', CONFIG_MAP, 'list on configmaps named pod-identity-webhook in the namespace eks, by a Role'],
    ['list', { resource: 'pods', namespace: 'a' }, 'list on pods in the namespace a, by a Role'],
  ])('403 on a %s of %j names the right that is missing', (during, scope, right) => {
    expect(describeTrouble({ during, error: refuse(403) }, scope)).toBe(
      `list /x: the API server answered 403: no; missing right: ${right} for the account that this runs as`,
    );
  });

  test('401 says what to look at', () => {
    expect(describeTrouble({ during: 'list', error: refuse(401) }, ACCOUNTS)).toMatch(
      /answered 401: no; its credential is not accepted: check the token or the kubeconfig$/,
    );
  });

  test.each([404, 429, 500, 503])('%i is told as it is', (status) => {
    expect(describeTrouble({ during: 'list', error: refuse(status) }, ACCOUNTS)).toBe(
      `list /x: the API server answered ${status}: no`,
    );
  });

  test('a long refusal is cut, and the remedy is not', () => {
    const error = refuse(403, 'x'.repeat(5_000));
    const text = describeTrouble({ during: 'list', error }, CONFIG_MAP);
    expect(text).toMatch(/…; missing right: list on configmaps named .* for the account that this runs as$/);
    expect(text.length).toBeLessThan(500);
  });
});
