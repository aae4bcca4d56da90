import { join } from 'node:path';
import { setInterval } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { runTree } from '../support/commands/tree.ts';
import { type Cluster, startCluster } from '../support/e2e/cluster.ts';
import type { TokenKeys } from '../support/e2e/components.ts';
import { eventually } from '../support/e2e/eventually.ts';
import { toNamespace, toServiceAccount } from '../support/e2e/fixtures.ts';
import { findIssuerUrl, grantDiscovery, type Issuer, startIssuer } from '../support/e2e/issuer.ts';
import { AUDIENCE, startAws, type TestAws } from '../support/e2e/local-aws.ts';
import { describeOnCluster, showLogsOnFailure } from '../support/e2e/suite.ts';
import { createToken, readToken } from '../support/e2e/tokens.ts';

const ISSUER_USER = 'iam-bridge-issuer';
const ACCOUNT = { namespace: 'demo', serviceAccount: 's3-echoer' };
const SESSION = 'arn:aws:sts::111122223333:assumed-role/s3-echoer/e2e';
const NO_KEY = /^InvalidIdentityToken\w*: Couldn't retrieve verification key from your identity provider/;
/** As long as the issuer lets anybody keep its documents, ms; STS is thought to keep them no longer than that. */
const CACHED = 3_600_000;
/** For so long after a reading an unknown key id causes no other, ms. */
const COOL_DOWN = 30_000;
/** ms */
const ASSUME_INTERVAL = 50;

interface Key {
  readonly kid: string;
  readonly signing: string;
  readonly accepted: string;
}

// The tests go on from each other: a rotation has an order, and what is left of one is where the next begins.
describeOnCluster('keys that sign ServiceAccount tokens, rotated', () => {
  let cluster: Cluster;
  let issuer: Issuer;
  let aws: TestAws;
  let url: string;
  let first: TokenKeys;
  let second: Key;
  let oldToken: string;

  beforeAll(async () => {
    url = await findIssuerUrl();
    cluster = await startCluster({ issuer: url, controllerManager: true, users: [ISSUER_USER] });
    const { client } = cluster;
    first = cluster.tokenKeys();
    await grantDiscovery(client, ISSUER_USER);
    await client.create(toNamespace(ACCOUNT.namespace));
    await client.create(toServiceAccount(ACCOUNT.namespace, ACCOUNT.serviceAccount));
    aws = await startAws(cluster, url);
    issuer = await startClusterIssuer();
    oldToken = await sign();
  });
  afterAll(async () => {
    await aws?.stop();
    await cluster?.stop();
  });
  beforeEach(() => showLogsOnFailure(cluster));

  function startClusterIssuer(): Promise<Issuer> {
    const flags = [`--kubeconfig=${cluster.findKubeconfig(ISSUER_USER)}`, '--refresh-interval=5s'];
    return startIssuer({ cluster, url, flags });
  }

  const sign = () => createToken(cluster, { ...ACCOUNT, audience: AUDIENCE });

  /** A new key pair, made as an operator makes it. */
  async function generate(name: string): Promise<Key> {
    const { folder } = cluster.workspace;
    const [signing, accepted] = [join(folder, `${name}.key`), join(folder, `${name}.pub`)];
    const words = ['keys', 'generate', '--type', 'p256', '--out', signing, '--public', accepted];
    const { code, stdout, stderr } = await runTree([...words, '-o', 'json']);
    expect([code, stderr]).toEqual([0, '']);
    return { kid: JSON.parse(stdout).kid, signing, accepted };
  }

  async function readKids(): Promise<string[]> {
    const { keys }: { keys: { kid: string }[] } = JSON.parse(await issuer.readKeySet());
    return keys.map(({ kid }) => kid);
  }

  /**
   * Waits until the issuer, which looks every five seconds, has what the API server has; one that met an API server that
   * was away lets up to half a minute go by.
   */
  async function awaitPublished(kids: readonly string[]): Promise<void> {
    await eventually(async () => expect((await readKids()).toSorted()).toEqual(kids.toSorted()), {
      timeout: 60_000,
    });
  }

  it('lose no assume where the new one is published before it signs', async () => {
    const oldKid = readToken(oldToken).kid;
    second = await generate('second');
    const tokens = [oldToken];
    const answers = new Map<string, number>();

    async function assumeAll(): Promise<void> {
      for (const token of tokens) {
        const answer = await aws.assume(token);
        answers.set(answer, (answers.get(answer) ?? 0) + 1);
      }
    }

    /** Makes a change while pods go on assuming the role with the tokens that they have. */
    async function during(change: Promise<void>): Promise<void> {
      const over = new AbortController();
      const assuming = assumeUntil(over.signal);
      await change.finally(() => over.abort());
      await assuming;
      await assumeAll();
    }

    async function assumeUntil(over: AbortSignal): Promise<void> {
      // As fast as it goes would slow down the programs whose restart is waited for.
      for await (const _ of setInterval(ASSUME_INTERVAL)) {
        if (over.aborted) return;
        await assumeAll();
      }
    }

    await assumeAll();
    const both = [...first.accepted, second.accepted];
    await during(cluster.changeTokenKeys({ ...first, accepted: both }));
    tokens.push(await sign());
    expect(tokens.map((token) => readToken(token).kid)).toEqual([oldKid, oldKid]);
    await during(awaitPublished([oldKid, second.kid]));

    // Only now is what STS has kept old enough for it to come back, and only now may the new key sign.
    aws.keysClock.advance(CACHED);
    await assumeAll();
    await during(cluster.changeTokenKeys({ signing: second.signing, accepted: both }));
    tokens.push(await sign());
    await assumeAll();
    expect(readToken(tokens.at(-1) ?? '').kid).toBe(second.kid);
    aws.keysClock.advance(CACHED);
    await assumeAll();

    expect([...answers.keys()]).toEqual([SESSION]);
    // Else nobody assumed it while the components restarted.
    expect(answers.get(SESSION)).toBeGreaterThan(30);
    console.log(`${answers.get(SESSION)} assumes while keys were rotated: none failed`);
  });

  it('have the controllers go on with the new one', async () => {
    await cluster.client.create(toNamespace('after-rotation'));
    await eventually(() => cluster.client.get(toServiceAccount('after-rotation', 'default')));
  });

  it('are gone for STS when the old one is dropped', async () => {
    const newToken = await sign();
    await cluster.changeTokenKeys({ signing: second.signing, accepted: [second.accepted] });
    await awaitPublished([second.kid]);
    expect(await aws.assume(oldToken)).toBe(SESSION);

    aws.keysClock.advance(CACHED);
    expect(await aws.assume(newToken)).toBe(SESSION);
    expect(await aws.assume(oldToken)).toMatch(NO_KEY);
  });

  it('fail where the new one signs before STS could have read it', async () => {
    const { kid, signing, accepted } = await generate('third');
    const earlier = await sign();
    aws.keysClock.advance(CACHED);
    expect(await aws.assume(earlier)).toBe(SESSION);

    await cluster.changeTokenKeys({ signing, accepted: [second.accepted, accepted] });
    const early = await sign();
    expect(readToken(early).kid).toBe(kid);
    expect(await aws.assume(early)).toMatch(NO_KEY);
    expect(await aws.assume(earlier)).toBe(SESSION);

    await awaitPublished([second.kid, kid]);
    expect(await aws.assume(early)).toMatch(NO_KEY);
    aws.keysClock.advance(COOL_DOWN);
    expect(await aws.assume(early)).toBe(SESSION);
  });

  it('are compared with what the public sees by `issuer drift`', async () => {
    const { kid } = readToken(await sign());
    expect(await findDrift()).toMatchObject({ code: 0, outcome: 'none', signingKey: kid, findings: [] });

    await issuer.stop();
    const copy = join(cluster.workspace.folder, 'copy.json');
    const words = ['keys', 'jwks', '--from', second.accepted, '-o', 'json'];
    cluster.workspace.write('copy.json', (await runTree(words)).stdout);
    issuer = await startIssuer({ cluster, url, flags: [`--jwks-file=${copy}`], name: 'issuer-of-copy' });
    expect(await findDrift()).toMatchObject({
      code: 1,
      outcome: 'drift',
      findings: [{ code: 'signing-key-missing', what: expect.stringContaining(kid) }],
      keys: { same: [second.kid], missing: [kid] },
    });
  });

  async function findDrift() {
    const { code, stdout, stderr } = await runTree([
      'issuer',
      'drift',
      `--issuer=${url}`,
      `--kubeconfig=${cluster.kubeconfig}`,
      `--service-account=${ACCOUNT.namespace}/${ACCOUNT.serviceAccount}`,
      `--public-ca=${join(cluster.workspace.folder, 'ca.crt')}`,
      '--private-host=127.0.0.1',
      '--output=json',
    ]);
    expect(stderr).toBe('');
    return { code, ...JSON.parse(stdout) };
  }
});
