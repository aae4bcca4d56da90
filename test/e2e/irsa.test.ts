import { readFile, readlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { findManifest, type ManifestFile, readExamples } from '../../src/demo/examples.ts';
import { addVariables } from '../../src/demo/story/pods.ts';
import type { PodRun } from '../../src/local-cluster/node/pod-run.ts';
import { type Cluster, startCluster } from '../support/e2e/cluster.ts';
import { eventually } from '../support/e2e/eventually.ts';
import { grantWebhook, ROLE_ARN, toContainer, toPod } from '../support/e2e/fixtures.ts';
import { readInjection, readRole } from '../support/e2e/injection.ts';
import { findIssuerUrl, grantDiscovery, startIssuer } from '../support/e2e/issuer.ts';
import { AUDIENCE, BUCKET, startAws, type TestAws } from '../support/e2e/local-aws.ts';
import { type Node, startNode, WAITING_IMAGE } from '../support/e2e/node.ts';
import type { Pod, PodSpec } from '../support/e2e/objects.ts';
import { registerWebhook } from '../support/e2e/registration.ts';
import { describeOnCluster, showLogsOnFailure } from '../support/e2e/suite.ts';
import { createToken, readToken, reviewToken } from '../support/e2e/tokens.ts';
import { startWebhook } from '../support/e2e/webhook.ts';

const WEBHOOK_USER = 'iam-bridge';
const ISSUER_USER = 'iam-bridge-issuer';
const NAMESPACE = 'demo';
const ACCOUNT = 's3-echoer';
const SESSION = 'arn:aws:sts::111122223333:assumed-role/s3-echoer/e2e';
/** Seconds after `exp` in which STS still takes a token. */
const STS_LEEWAY = 300;

describeOnCluster('from an annotated ServiceAccount to AWS', () => {
  let cluster: Cluster;
  let aws: TestAws;
  let node: Node;
  let example: ManifestFile;

  beforeAll(async () => {
    const url = await findIssuerUrl();
    cluster = await startCluster({
      issuer: url,
      controllerManager: true,
      users: [WEBHOOK_USER, ISSUER_USER],
    });
    const { client } = cluster;
    await Promise.all([grantWebhook(client, WEBHOOK_USER), grantDiscovery(client, ISSUER_USER)]);
    aws = await startAws(cluster, url);
    const [webhook] = await Promise.all([
      startWebhook({ cluster, kubeconfig: cluster.findKubeconfig(WEBHOOK_USER) }),
      startIssuer({ cluster, url, flags: [`--kubeconfig=${cluster.findKubeconfig(ISSUER_USER)}`] }),
    ]);
    await registerWebhook(client, {
      name: 'pod-identity-webhook',
      target: { url: webhook.url },
      caBundle: webhook.caBundle,
      failurePolicy: 'Fail',
    });
    example = (await readExamples()).echoer;
    await apply(example.manifests.filter(({ kind }) => kind !== 'Job'));
    node = await startNode(cluster, NAMESPACE);
  });
  afterAll(async () => {
    await node?.stop();
    await aws?.stop();
    await cluster?.stop();
  });
  beforeEach(() => showLogsOnFailure(cluster));

  async function apply(objects: readonly object[]): Promise<void> {
    const text = objects.map((object) => JSON.stringify(object)).join('\n---\n');
    const { code, stderr } = await cluster.kubectl(['apply', '-f', '-'], text);
    expect([code, stderr]).toEqual([0, '']);
  }

  /** A pod that runs until it is deleted, as the node runs it. */
  async function startWaiting(name: string): Promise<{ readonly pod: Pod; readonly run: PodRun }> {
    const containers = [toContainer('app', { image: `${WAITING_IMAGE}:1` })];
    const spec: Partial<PodSpec> = { containers, restartPolicy: 'Never' };
    const wish = { namespace: NAMESPACE, name, serviceAccount: ACCOUNT, spec };
    const { object: pod } = await cluster.client.create(toPod(wish));
    return { pod, run: await node.awaitPhase(pod, 'Running') };
  }

  it('a Job writes its object as the role, and is complete', async () => {
    const job = findManifest(example, 'Job');
    const variables = { AWS_ENDPOINT_URL: aws.url, AWS_EC2_METADATA_DISABLED: 'true' };
    await apply(example.manifests.map((manifest) => addVariables(manifest, variables)));

    const [pod] = await eventually(async () => {
      const of: Pick<Pod, 'apiVersion' | 'kind' | 'metadata'> = {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { namespace: NAMESPACE },
      };
      const pods = await cluster.client.list<Pod>(of, `job-name=${job.metadata.name}`);
      expect(pods).toHaveLength(1);
      return pods;
    });
    if (pod === undefined) throw new Error('no pod');
    expect([readRole(pod, 's3-echoer'), readInjection(pod).token?.audience]).toEqual([ROLE_ARN, AUDIENCE]);
    const run = await node.awaitPhase(pod, 'Succeeded');
    const wait = ['wait', '--namespace=demo', '--for=condition=complete', 'job/s3-echoer', '--timeout=20s'];
    expect((await cluster.kubectl(wait)).stderr).toBe('');
    const shown = await cluster.kubectl(['get', 'job', 's3-echoer', '--namespace=demo', '--no-headers']);
    expect(shown.stdout).toMatch(/^s3-echoer\s+Complete\s+1\/1\s/);

    const [object, ...others] = aws.objects();
    expect(others).toEqual([]);
    expect(object).toMatchObject({ bucket: BUCKET, key: expect.stringMatching(/^s3echoer-\d+$/) });
    expect(object?.data.toString()).toBe('hello from a pod without keys');
    const writer = aws.log.find(({ note }) => note.action === 's3:PutObject')?.note.caller;
    expect(writer).toMatch(/^arn:aws:sts::111122223333:assumed-role\/s3-echoer\/\S+$/);
    expect(run.containers[0]?.stdout()).toContain(`as ${writer}`);
  });

  it('a token is renewed after four fifths of its life, and both are good', async () => {
    const { run } = await startWaiting('renewing');
    const path = findTokenPath(run);
    const before = await readFile(path, 'utf8');
    const data = join(dirname(path), '..data');
    const folder = await readlink(data);
    const { iat, exp, jti } = readToken(before);
    expect(exp - iat).toBe(86_400);

    moveNode(iat + 0.79 * (exp - iat));
    expect(await run.renew()).toEqual({ renewed: 0, problems: [], complete: true });
    expect(await readFile(path, 'utf8')).toBe(before);

    await nextSecond();
    moveNode(iat + 0.8 * (exp - iat) + 1);
    const after = await readChanged(path, before);
    expect(readToken(after)).toMatchObject({ kid: readToken(before).kid });
    expect(readToken(after).jti).not.toBe(jti);
    expect(readToken(after).exp).toBeGreaterThan(exp);
    expect(await readlink(data)).not.toBe(folder);
    expect(await readlink(path)).toBe(join('..data', 'token'));
    expect([await aws.assume(before), await aws.assume(after)]).toEqual([SESSION, SESSION]);
  });

  it('a token that cannot be renewed stays, and is renewed when the API server is back', async () => {
    const { run } = await startWaiting('outage');
    const path = findTokenPath(run);
    const before = await readFile(path, 'utf8');
    const { iat, exp } = readToken(before);
    await cluster.killApiServer();
    moveNode(iat + 0.9 * (exp - iat));
    const { renewed, problems, complete } = await run.renew();
    expect([renewed, problems.length, complete]).toEqual([0, 1, true]);
    expect(await readFile(path, 'utf8')).toBe(before);
    expect(await aws.assume(before)).toBe(SESSION);

    await cluster.startApiServer();
    node.tokenClock.advance(60_000);
    const after = await readChanged(path, before);
    expect(await aws.assume(after)).toBe(SESSION);
  });

  it('the token of a deleted pod is refused by the API server, and taken by STS until it expires', async () => {
    const { pod, run } = await startWaiting('leaking');
    const leaked = await readFile(findTokenPath(run), 'utf8');
    // The API server remembers whom it let in for ten seconds, so each look takes a token that it has not seen.
    const wish = { namespace: NAMESPACE, serviceAccount: ACCOUNT, audience: AUDIENCE, pod };
    const unseen = await Promise.all([1, 2, 3, 4].map(() => createToken(cluster, wish)));
    const review = (token: string) => reviewToken(cluster.client, token, AUDIENCE);
    expect(await review(unseen.pop() ?? '')).toMatchObject({ authenticated: true, audiences: [AUDIENCE] });

    await cluster.client.delete(pod);
    // Its own copy of the pod goes a moment after the pod.
    const refusal = await eventually(async () => {
      const status = await review(unseen.pop() ?? leaked);
      expect(status.authenticated ?? false).toBe(false);
      return status;
    });
    expect(refusal.error).toContain('has been invalidated');
    expect(await review(leaked)).toMatchObject({ error: refusal.error });

    expect(await aws.assume(leaked)).toBe(SESSION);
    const { exp } = readToken(leaked);
    moveAws(exp + STS_LEEWAY - 1);
    expect(await aws.assume(leaked)).toBe(SESSION);
    moveAws(exp + STS_LEEWAY + 1);
    expect(await aws.assume(leaked)).toMatch(/^ExpiredTokenException: Token expired/);
  });

  /** @param seconds since the epoch */
  function moveNode(seconds: number): void {
    node.tokenClock.advance(seconds * 1_000 - node.tokenClock.now());
  }

  function moveAws(seconds: number): void {
    aws.clock.advance(seconds * 1_000 - aws.clock.now());
  }
});

function findTokenPath({ tokenFiles }: PodRun): string {
  const file = tokenFiles.find(({ audience }) => audience === AUDIENCE);
  if (file === undefined) throw new Error('the pod has no token for STS');
  return file.path;
}

/** Waits for another content of a file. */
async function readChanged(path: string, before: string): Promise<string> {
  return await eventually(async () => {
    const text = await readFile(path, 'utf8');
    if (text === before) throw new Error(`${path} is unchanged`);
    return text;
  });
}

/** Tokens tell time in whole seconds, and two of the same second have one `exp`. */
async function nextSecond(): Promise<void> {
  const second = Math.floor(Date.now() / 1_000);
  await eventually(() => expect(Math.floor(Date.now() / 1_000)).toBeGreaterThan(second));
}
