import { expect, test } from 'vitest';
import { describeWithHelm } from '../support/chart/helm.ts';
import { type Rendered, type Rendering, render } from '../support/chart/render.ts';

describeWithHelm('names', (helm) => {
  const listNames = (rendering: Rendering): readonly string[] =>
    render(helm, { ci: 'everything-values.yaml', ...rendering }).map(toKey);

  test('are at most 63 characters, however long that of the release is', () => {
    for (const release of ['a'.repeat(53), `${'a'.repeat(48)}-${'b'.repeat(4)}`, `${'a.'.repeat(26)}a`]) {
      const services = render(helm, { ci: 'everything-values.yaml', release }).filter(
        ({ kind }) => kind === 'Service',
      );
      expect(services).toHaveLength(2);
      for (const { metadata } of services) expect(metadata.name).toMatch(/^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/);
    }
  });

  test('of two releases are of their own, but for the definition that both bring', () => {
    const others = new Set(listNames({ release: 'other' }));
    expect(listNames({}).filter((name) => others.has(name))).toEqual([
      'CustomResourceDefinition iamidentitymappings.iamauthenticator.k8s.aws',
    ]);
  });

  test('begin with what the values say', () => {
    const names = listNames({ set: ['fullnameOverride=identity'] });
    expect(names).toContain('Deployment iam-system identity-webhook');
    expect(names).toContain('MutatingWebhookConfiguration identity-webhook');
  });
});

function toKey({ kind, metadata: { name, namespace } }: Rendered): string {
  return [kind, namespace, name].filter(Boolean).join(' ');
}
