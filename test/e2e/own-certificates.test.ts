import { join } from 'node:path';
import { connect } from 'node:tls';
import { expect, it } from 'vitest';
import { findAssets } from '../support/e2e/assets.ts';
import { startCluster } from '../support/e2e/cluster.ts';
import { eventually } from '../support/e2e/eventually.ts';
import { ROLE_ARN } from '../support/e2e/fixtures.ts';
import { findIssuerUrl, grantDiscovery, startIssuer } from '../support/e2e/issuer.ts';
import { findNamespaceObstacle, runInNetworkNamespace } from '../support/e2e/network-namespace.ts';
import type { KubeObject } from '../support/e2e/objects.ts';
import { describeOnCluster } from '../support/e2e/suite.ts';

const SCENARIO = join(import.meta.dirname, 'scenarios', 'own-certificates.ts');

describeOnCluster('two replicas with certificates of their own', () => {
  const obstacle = findAssets() === undefined ? undefined : findNamespaceObstacle();
  const isRequired = process.env['IAM_BRIDGE_E2E'] === 'required';

  it.skipIf(obstacle !== undefined && !isRequired)(
    `lose no create in a hundred rotations, and need the rights that they have${obstacle === undefined ? '' : ` (no network namespace: ${obstacle})`}`,
    { timeout: 400_000 },
    async () => {
      const seen = (await runInNetworkNamespace(SCENARIO, 390_000)) as {
        readonly mended: Readonly<Record<string, number>>;
      };
      expect(seen).toMatchObject({
        first: { role: ROLE_ARN, sameCertificate: true },
        faults: [],
        entries: {
          less: ['pods.iam-bridge.test'],
          more: ['pods.iam-bridge.test', 'strict.iam-bridge.test'],
        },
        forbidden: [],
        used: [
          'create secrets',
          'get mutatingwebhookconfigurations',
          'get secrets',
          'list mutatingwebhookconfigurations',
          'list secrets',
          'list serviceaccounts',
          'patch mutatingwebhookconfigurations',
          'patch secrets',
          'update secrets',
          'watch mutatingwebhookconfigurations',
          'watch secrets',
          'watch serviceaccounts',
        ].filter((right) => right !== 'create secrets'),
      });
      expect(seen).toMatchObject({ rotations: expect.toSatisfy((count: number) => count >= 100) });
      expect(seen).toMatchObject({ authorities: expect.toSatisfy((count: number) => count >= 10) });
      for (const ms of Object.values(seen.mended)) expect(ms).toBeLessThan(5_000);
    },
  );
});

describeOnCluster('an issuer with a certificate of its own', () => {
  it('serves under the authority in its Secret, by rights on that Secret alone', async () => {
    const url = await findIssuerUrl();
    const cluster = await startCluster({ issuer: url, users: ['issuer'] });
    try {
      const { client } = cluster;
      await grantDiscovery(client, 'issuer');
      const apiGroup = 'rbac.authorization.k8s.io';
      const metadata = { name: 'issuer', namespace: 'default' };
      const verbs = ['get', 'list', 'watch', 'create', 'update', 'patch'];
      await client.apply({
        apiVersion: `${apiGroup}/v1`,
        kind: 'Role',
        metadata,
        rules: [{ apiGroups: [''], resources: ['secrets'], resourceNames: ['issuer-tls'], verbs }],
      });
      await client.apply({
        apiVersion: `${apiGroup}/v1`,
        kind: 'RoleBinding',
        metadata,
        roleRef: { apiGroup, kind: 'Role', name: 'issuer' },
        subjects: [{ apiGroup, kind: 'User', name: 'issuer' }],
      });
      const names = [
        '--namespace=default',
        '--service-name=issuer',
        '--tls-secret=issuer-tls',
        '--tls-san=127.0.0.1',
      ];
      const kubeconfig = `--kubeconfig=${cluster.findKubeconfig('issuer')}`;
      await startIssuer({ cluster, url, flags: ['--in-cluster', ...names, kubeconfig] });
      const secret: StoredSecret = {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'issuer-tls', namespace: 'default' },
      };
      const { data = {} } = await client.get(secret);
      const ca = Buffer.from(data['ca.crt'] ?? '', 'base64').toString();
      expect(await readSubjectAltName(Number(new URL(url).port), ca)).toBe(
        'DNS:issuer, DNS:issuer.default, DNS:issuer.default.svc, DNS:issuer.default.svc.cluster.local, IP Address:127.0.0.1',
      );
      // It looks every five minutes by itself: that it is mended at once is the watch's doing.
      await client.delete(secret);
      await eventually(async () => expect((await client.get(secret)).data).toEqual(data), { timeout: 5_000 });
    } finally {
      await cluster.stop();
    }
  });
});

interface StoredSecret extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

/** Of a certificate that this authority vouches for. */
function readSubjectAltName(port: number, ca: string): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', ca }, () => {
      resolve(socket.getPeerCertificate().subjectaltname);
      socket.destroy();
    });
    socket.on('error', reject);
  });
}
