import { expect, test } from 'vitest';
import { describeWithNewestHelm } from '../support/chart/helm.ts';
import { only, type Rendered, type Rendering, render } from '../support/chart/render.ts';

const NAME = 'iam-bridge-webhook';

describeWithNewestHelm('a certificate of cert-manager', (helm) => {
  const renderPki = (values: Rendering['values']): readonly Rendered[] =>
    render(helm, { values: { tls: { mode: 'certManager' }, ...values } });

  test('is issued by an authority whose key stays, so that a renewal is trusted before each pod has it', () => {
    const objects = renderPki({});
    const authority = only(objects, 'Certificate', `${NAME}-ca`)['spec'];
    expect(authority).toMatchObject({
      isCA: true,
      privateKey: { rotationPolicy: 'Never' },
      issuerRef: { kind: 'Issuer', name: `${NAME}-ca` },
    });
    expect(only(objects, 'Issuer', `${NAME}-ca`)['spec']).toEqual({ selfSigned: {} });
    expect(only(objects, 'Issuer', NAME)['spec']).toEqual({ ca: { secretName: authority.secretName } });
    expect(only(objects, 'Certificate', NAME)['spec'].issuerRef).toEqual({
      ...{ group: 'cert-manager.io', kind: 'Issuer', name: NAME },
    });
  });

  test('is injected into caBundle from the Certificate that the webhook serves', () => {
    const objects = renderPki({});
    const { metadata } = only(objects, 'MutatingWebhookConfiguration');
    expect(metadata.annotations).toMatchObject({ 'cert-manager.io/inject-ca-from': `iam-system/${NAME}` });
    const { volumes } = only(objects, 'Deployment')['spec'].template.spec;
    const { secretName } = only(objects, 'Certificate', NAME)['spec'];
    expect(volumes).toContainEqual({
      name: 'certificate',
      secret: expect.objectContaining({ secretName }),
    });
  });

  test('is issued by an issuer that is there, and nothing is made beside it', () => {
    const objects = renderPki({
      pki: { certManager: { existingIssuer: { enabled: true, name: 'internal', kind: 'ClusterIssuer' } } },
    });
    expect(only(objects, 'Certificate')['spec'].issuerRef).toEqual({
      ...{ group: 'cert-manager.io', kind: 'ClusterIssuer', name: 'internal' },
    });
    expect(objects.filter(({ kind }) => kind === 'Issuer')).toEqual([]);
  });

  test.each([
    ['127.0.0.1', 'https://127.0.0.1:8443/mutate'],
    ['fd00::1', 'https://[fd00::1]:8443/mutate'],
  ])('is for the address of a URL as an address, which a name is not: %s', (address, url) => {
    const objects = renderPki({
      mutatingWebhook: { url },
      pki: { certManager: { certificate: { dnsNames: ['hooks.example', address] } } },
    });
    const { dnsNames, ipAddresses } = only(objects, 'Certificate', NAME)['spec'];
    expect(ipAddresses).toEqual([address]);
    expect(dnsNames).toContain('hooks.example');
    expect(dnsNames).not.toContain(address);
  });
});
