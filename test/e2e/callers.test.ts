import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type Authority, createAuthority } from '../support/certificates.ts';
import { type Cluster, startCluster } from '../support/e2e/cluster.ts';
import { eventually } from '../support/e2e/eventually.ts';
import { grantWebhook, ROLE_ARN, toNamespace, toPod, toServiceAccount } from '../support/e2e/fixtures.ts';
import { readRole } from '../support/e2e/injection.ts';
import type { Pod } from '../support/e2e/objects.ts';
import { type Registration, registerWebhook } from '../support/e2e/registration.ts';
import { describeOnCluster, showLogsOnFailure } from '../support/e2e/suite.ts';
import { startWebhook, type Webhook } from '../support/e2e/webhook.ts';
import { call } from '../support/http/client.ts';
import { renderReview } from '../support/webhook/reviews.ts';
import { createWorkspace, type Workspace } from '../support/workspace.ts';

const USER = 'iam-bridge';
const NAMESPACE = 'guarded';
const NAME = 'kube-apiserver-admission';

/** What makes kube-apiserver show a certificate to webhooks, as docs/webhook.md has it. @returns the flag for it */
function writeAdmissionConfiguration(workspace: Workspace, authority: Authority): string {
  const { certificate, key } = authority.issue({ names: [NAME] });
  const kubeConfigFile = workspace.write(
    'webhooks.yaml',
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      users: [
        {
          name: '*',
          user: {
            'client-certificate': workspace.write('admission.crt', certificate),
            'client-key': workspace.write('admission.key', key),
          },
        },
      ],
    }),
  );
  const path = workspace.write(
    'admission.yaml',
    JSON.stringify({
      apiVersion: 'apiserver.config.k8s.io/v1',
      kind: 'AdmissionConfiguration',
      plugins: [
        {
          name: 'MutatingAdmissionWebhook',
          configuration: {
            apiVersion: 'apiserver.config.k8s.io/v1',
            kind: 'WebhookAdmissionConfiguration',
            kubeConfigFile,
          },
        },
      ],
    }),
  );
  return `--admission-control-config-file=${path}`;
}

describeOnCluster('a webhook that judges for the API server alone', () => {
  const authority = createAuthority('callers of webhooks');
  const workspace = createWorkspace();
  let cluster: Cluster;
  let webhook: Webhook;
  let registration: Registration;
  let caPath: string;

  beforeAll(async () => {
    caPath = workspace.write('callers.crt', authority.certificate);
    cluster = await startCluster({
      users: [USER],
      apiServerFlags: [writeAdmissionConfiguration(workspace, authority)],
    });
    const { client } = cluster;
    await grantWebhook(client, USER);
    await client.create(toNamespace(NAMESPACE));
    await client.create(toServiceAccount(NAMESPACE, 's3-echoer', { 'role-arn': ROLE_ARN }));
    webhook = await startWebhook({
      cluster,
      kubeconfig: cluster.findKubeconfig(USER),
      flags: [`--client-ca-file=${caPath}`, `--client-name=${NAME}`],
    });
    registration = await registerWebhook(client, {
      name: 'pod-identity-webhook',
      target: { url: webhook.url },
      caBundle: webhook.caBundle,
      failurePolicy: 'Fail',
    });
  });
  afterAll(async () => {
    await cluster?.stop();
    await workspace.remove();
  });
  beforeEach(() => showLogsOnFailure(cluster));

  function toEchoer(name: string): Pod {
    return toPod({ namespace: NAMESPACE, name, serviceAccount: 's3-echoer' });
  }

  it('gives the role to pods that come through it', async () => {
    for (const name of ['first', 'second', 'third']) {
      const { object } = await cluster.client.create(toEchoer(name));
      expect(readRole(object)).toBe(ROLE_ARN);
    }
  });

  it('tells a stranger nothing', async () => {
    const door = { port: webhook.port, ca: webhook.caBundle };
    const { status, text } = await call(door, { body: renderReview() });
    expect([status, text]).toEqual([401, 'show a client certificate that is accepted here\n']);
  });

  it('refuses another name of the same authority, which the API server then says', async () => {
    const other = await startWebhook({
      cluster,
      name: 'other-name',
      kubeconfig: cluster.findKubeconfig(USER),
      flags: [`--client-ca-file=${caPath}`, '--client-name=somebody-else'],
    });
    await registration.update({ target: { url: other.url } });
    await expect(cluster.client.create(toEchoer('refused'))).rejects.toThrow(/failed calling webhook/);
    expect(await other.readMetrics()).toMatch(/^http_request_count\{[^}]*code="403"[^}]*\} [1-9]/m);
    await registration.update({ target: { url: webhook.url } });
  });

  it('goes by a new authority, for connections that it has as well', async () => {
    await cluster.client.create(toEchoer('before'));
    writeFileSync(caPath, createAuthority('new callers').certificate);
    await eventually(async () => {
      const made = cluster.client.create(toEchoer('after'), { dryRun: true });
      await expect(made).rejects.toThrow(/failed calling webhook/);
    });
    writeFileSync(caPath, authority.certificate);
    await eventually(() => cluster.client.create(toEchoer('after')));
  });
});
