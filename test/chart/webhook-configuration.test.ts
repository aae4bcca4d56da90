import { expect, test } from 'vitest';
import { describeWithNewestHelm } from '../support/chart/helm.ts';
import { only, render } from '../support/chart/render.ts';

const LABEL = 'kubernetes.io/metadata.name';

interface Entry {
  readonly name: string;
  readonly failurePolicy: string;
  readonly namespaceSelector: { readonly matchExpressions: readonly Record<string, unknown>[] };
}

describeWithNewestHelm('entries of the webhook configuration', (helm) => {
  const renderEntries = (mutatingWebhook: Record<string, unknown>): readonly Entry[] =>
    only(render(helm, { values: { mutatingWebhook } }), 'MutatingWebhookConfiguration')['webhooks'];
  const listNamespaces = (mutatingWebhook: Record<string, unknown>): unknown[] =>
    renderEntries(mutatingWebhook).map(({ failurePolicy, namespaceSelector }) => [
      failurePolicy,
      ...namespaceSelector.matchExpressions,
    ]);

  test('are the same two whatever is strict, so that none comes without its caBundle', () => {
    const [lax, strict] = [renderEntries({}), renderEntries({ strictNamespaces: ['shop'] })];
    expect(lax.map(({ name, failurePolicy }) => [name, failurePolicy])).toEqual([
      ['pod-identity-webhook.amazonaws.com', 'Ignore'],
      ['strict.pod-identity-webhook.amazonaws.com', 'Fail'],
    ]);
    const others = (entries: readonly Entry[]): unknown =>
      entries.map(({ namespaceSelector: _, ...more }) => more);
    expect(others(strict)).toEqual(others(lax));
  });

  test('refuse nothing where no namespace is strict', () => {
    expect(listNamespaces({})).toEqual([
      ['Ignore', { key: LABEL, operator: 'NotIn', values: ['kube-node-lease'] }],
      ['Fail', { key: LABEL, operator: 'DoesNotExist' }],
    ]);
  });

  test('divide the namespaces, so that a pod is asked about once', () => {
    expect(listNamespaces({ strictNamespaces: ['shop', 'payments'] })).toEqual([
      ['Ignore', { key: LABEL, operator: 'NotIn', values: ['kube-node-lease', 'shop', 'payments'] }],
      ['Fail', { key: LABEL, operator: 'In', values: ['shop', 'payments'] }],
    ]);
    expect(listNamespaces({ strictNamespaces: ['*'] })).toEqual([
      ['Ignore', { key: LABEL, operator: 'In', values: ['iam-system', 'kube-system'] }],
      ['Fail', { key: LABEL, operator: 'NotIn', values: ['iam-system', 'kube-node-lease', 'kube-system'] }],
    ]);
  });

  test('ask for what the values say beside that', () => {
    const wanted = { key: 'team', operator: 'Exists' };
    for (const { namespaceSelector } of renderEntries({ namespaceSelector: { matchExpressions: [wanted] } }))
      expect(namespaceSelector.matchExpressions).toContainEqual(wanted);
  });
});
