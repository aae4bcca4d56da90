import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import {
  type AdmissionServer,
  answerWithPatch,
  forwardTo,
  startAdmissionServer,
} from '../support/e2e/admission-server.ts';
import { type Cluster, startCluster } from '../support/e2e/cluster.ts';
import {
  grantWebhook,
  ROLE_ARN,
  toContainer,
  toNamespace,
  toPod,
  toServiceAccount,
} from '../support/e2e/fixtures.ts';
import { readInjection, toInjection } from '../support/e2e/injection.ts';
import type { Pod } from '../support/e2e/objects.ts';
import { type Registration, type RegistrationOptions, registerWebhook } from '../support/e2e/registration.ts';
import { describeOnCluster, showLogsOnFailure } from '../support/e2e/suite.ts';
import { startWebhook, type Webhook } from '../support/e2e/webhook.ts';

const USER = 'iam-bridge';
const NAMESPACE = 'company';

describeOnCluster('beside other webhooks and configurations', () => {
  let cluster: Cluster;
  let webhook: Webhook;
  const servers: AdmissionServer[] = [];
  const registrations: Registration[] = [];

  beforeAll(async () => {
    cluster = await startCluster({ users: [USER] });
    await grantWebhook(cluster.client, USER);
    await cluster.client.create(toNamespace(NAMESPACE));
    await cluster.client.create(toServiceAccount(NAMESPACE, 's3-echoer', { 'role-arn': ROLE_ARN }));
    webhook = await startWebhook({ cluster, kubeconfig: cluster.findKubeconfig(USER) });
  });
  afterEach(async () => {
    for (const registration of registrations.splice(0)) await registration.remove();
    for (const server of servers.splice(0)) await server.stop();
  });
  afterAll(() => cluster?.stop());
  beforeEach(() => showLogsOnFailure(cluster));

  async function serve(answer: (asked: string) => string | Promise<string>): Promise<AdmissionServer> {
    const server = await startAdmissionServer(cluster.authority, answer);
    servers.push(server);
    return server;
  }

  type Registering = Pick<RegistrationOptions, 'name'> & Partial<RegistrationOptions>;

  async function register(server: { url: string; caBundle: string }, options: Registering): Promise<void> {
    const target = { url: server.url };
    registrations.push(
      await registerWebhook(cluster.client, { target, caBundle: server.caBundle, ...options }),
    );
  }

  function toEchoer(name: string): Pod {
    return toPod({ namespace: NAMESPACE, name, serviceAccount: 's3-echoer' });
  }

  it('gives a sidecar that a later webhook adds the same identity, when it is called again', async () => {
    const wire = await serve(forwardTo(webhook.url, webhook.caBundle));
    const sidecars = await serve((asked) =>
      answerWithPatch(asked, ({ spec }) =>
        spec.containers.some(({ name }) => name === 'sidecar')
          ? []
          : [{ op: 'add', path: '/spec/containers/-', value: toContainer('sidecar') }],
      ),
    );
    await register(wire, { name: 'a-identity', failurePolicy: 'Fail', reinvocationPolicy: 'IfNeeded' });
    await register(sidecars, { name: 'b-sidecar', failurePolicy: 'Fail' });

    const { object } = await cluster.client.create(toEchoer('joined'));
    expect(readInjection(object)).toEqual(toInjection({ role: ROLE_ARN, containers: ['app', 'sidecar'] }));
    expect(object.spec.volumes?.map(({ name }) => name)).toEqual(['aws-iam-token', 'scratch']);
    expect(wire.exchanges).toHaveLength(2);
  });

  it('answers a configuration that asks for v1beta1 in v1beta1, beside one that asks for v1', async () => {
    const old = await serve(forwardTo(webhook.url, webhook.caBundle));
    const current = await serve(forwardTo(webhook.url, webhook.caBundle));
    await register(old, { name: 'a-old', failurePolicy: 'Fail', admissionReviewVersions: ['v1beta1'] });
    await register(current, { name: 'b-current', failurePolicy: 'Fail' });

    const { object } = await cluster.client.create(toEchoer('twofold'));
    expect(readInjection(object)).toEqual(toInjection({ role: ROLE_ARN }));
    const [first] = old.exchanges.map(readExchange);
    expect(first?.asked.apiVersion).toBe('admission.k8s.io/v1beta1');
    expect(first?.answered).toMatchObject({
      apiVersion: 'admission.k8s.io/v1beta1',
      kind: 'AdmissionReview',
      response: { uid: first?.asked.request.uid, allowed: true, patchType: 'JSONPatch' },
    });
    // The second is asked about a pod that has everything already.
    const [second] = current.exchanges.map(readExchange);
    expect(second?.answered).toMatchObject({
      apiVersion: 'admission.k8s.io/v1',
      response: { allowed: true },
    });
    expect(second?.answered.response).not.toHaveProperty('patch');
  });

  interface Exchange {
    readonly asked: { readonly apiVersion: string; readonly request: { readonly uid: string } };
    readonly answered: { readonly apiVersion: string; readonly response: object };
  }

  function readExchange({ asked, answered }: { asked: string; answered: string }): Exchange {
    return { asked: JSON.parse(asked), answered: JSON.parse(answered) };
  }

  it('would see a patch that does not apply: the API server refuses the pod even under Ignore', async () => {
    const wrong = await serve((asked) =>
      answerWithPatch(asked, () => [{ op: 'replace', path: '/spec/containers/7/env', value: [] }]),
    );
    await register(wrong, { name: 'wrong', failurePolicy: 'Ignore' });
    await expect(cluster.client.create(toEchoer('refused'))).rejects.toThrow('does not apply');
  });

  it('would see an identity in the wrong place', async () => {
    const wrong = await serve((asked) =>
      answerWithPatch(asked, () => [
        { op: 'add', path: '/spec/containers/0/env/0', value: { name: 'AWS_ROLE_ARN', value: ROLE_ARN } },
      ]),
    );
    await register(wrong, { name: 'wrong', failurePolicy: 'Ignore' });
    const { object } = await cluster.client.create(toEchoer('misplaced'));
    expect(readInjection(object)).not.toEqual(toInjection({ role: ROLE_ARN }));
    expect(readInjection(object).containers['app']?.env[0]).toBe(`AWS_ROLE_ARN=${ROLE_ARN}`);
  });
});
