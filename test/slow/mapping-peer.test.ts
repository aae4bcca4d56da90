import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CallerIdentity } from '../../src/aws/caller-identity.ts';
import { renderTimestamp } from '../../src/aws/sigv4/timestamp.ts';
import { createSystemClock } from '../../src/base/clock.ts';
import { createMapper, type RunningMapper } from '../../src/mapping/create-mapper.ts';
import type { MappedUser } from '../../src/mapping/mapper.ts';
import { toReview } from '../support/authenticator/bed.ts';
import { type Peer, startPeer } from '../support/authenticator/peer.ts';
import { authority, startProxy, startStandIn } from '../support/authenticator/sts-stand-in.ts';
import { toToken, toUrl } from '../support/authenticator/tokens.ts';
import { readLine } from '../support/commands/authenticator.ts';
import { IDENTITIES, type Plan, plan, SENTINEL, writePlan } from '../support/mapping/peer-plans.ts';
import { findRow, findStartRow } from '../support/mapping/peer-rows.ts';
import { until } from '../support/until.ts';
import { createWorkspace, type Workspace } from '../support/workspace.ts';

/** The Go program, built from its public repository outside of this one. */
const PEER = process.env['PEER_AUTHENTICATOR'] ?? '';
if (PEER === '') console.warn('SKIPPED: PEER_AUTHENTICATOR=/path/to/aws-iam-authenticator is not set');

/** A server of the Go program is started for each. */
const numRuns = Math.ceil(Number(process.env['PEER_RUNS'] ?? 2_000) / IDENTITIES.length);

const workspace: Workspace = createWorkspace();
const cleanups: (() => Promise<unknown>)[] = [() => workspace.remove()];
let proxyPort = 0;

beforeAll(async () => {
  if (PEER === '') return;
  const sts = await startStandIn(({ url = '' }, response) => {
    const key = /AKIAEXAMPLE[0-9]{9}/.exec(url)?.[0];
    const caller = IDENTITIES.find(({ accessKeyId }) => accessKeyId === key);
    const UserId = [caller?.userId, caller?.sessionName].filter((text) => text).join(':');
    const result = { Account: caller?.accountId, Arn: caller?.arn, UserId };
    const answer = { GetCallerIdentityResponse: { GetCallerIdentityResult: result } };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  const proxy = await startProxy(sts.port);
  proxyPort = proxy.port;
  cleanups.push(sts.stop, proxy.stop);
});

afterAll(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup();
});

/** Ours, from the same file; undefined where it does not start. */
async function startOwn(text: string): Promise<RunningMapper | undefined> {
  const reading = readLine([
    `--config=${workspace.write('own.yaml', text)}`,
    '--feature-gates=SSORoleMatch=true',
  ]);
  if (reading.kind === 'problems') return undefined;
  const { mapping } = reading.settings;
  const running = createMapper(
    { ...mapping, mountedFile: mapping.mountedFile.reveal() },
    {
      api: undefined,
      clock: createSystemClock(),
      random: Math.random,
      report() {},
      watches: { report: () => () => {}, add() {} },
      findNodeName: () => Promise.reject(new Error('there are no nodes')),
    },
  );
  running.start();
  await until(() => running.pending() === undefined, 'our mappings are read');
  return running;
}

async function askPeer(peer: Peer, { accessKeyId }: CallerIdentity): Promise<MappedUser | undefined> {
  const timestamp = renderTimestamp(Date.now());
  const credential = `${accessKeyId}%2F${timestamp.slice(0, 8)}%2Fus-west-2%2Fsts%2Faws4_request`;
  const token = toToken(toUrl({ 'X-Amz-Date': timestamp, 'X-Amz-Credential': credential }));
  const { body } = await peer.send(toReview(token, { version: 'v1beta1' }));
  const { status } = (body ?? {}) as {
    readonly status?: { authenticated?: boolean; user?: Partial<MappedUser> };
  };
  if (!status?.authenticated) return undefined;
  return { username: status.user?.username ?? '', groups: status.user?.groups ?? [] };
}

/** Asks until the Go program has looked at its dynamic file. @returns whether it took it */
async function isDynamicFileTaken(peer: Peer): Promise<boolean> {
  for (const deadline = performance.now() + 20_000; performance.now() < deadline; ) {
    if ((await askPeer(peer, IDENTITIES[0] ?? SENTINEL))?.username === 'there') return true;
    if (/error in callBackForFileLoad/i.test(peer.readLog())) return false;
  }
  throw new Error(`the dynamic file was not read\n${peer.readLog().slice(-2_000)}`);
}

interface Pair {
  readonly own: RunningMapper;
  readonly peer: Peer;
}

/** @returns what became of each principal: `both`, `neither`, a row, or the difference itself where it has none */
async function compare({ own, peer }: Pair, given: Plan): Promise<readonly string[]> {
  const isFileTaken = !given.modes.includes('DynamicFile') || (await isDynamicFileTaken(peer));
  const outcomes: string[] = [];
  for (const identity of IDENTITIES) {
    const decision = await own.mapper.map(identity);
    const theirs = await askPeer(peer, identity);
    const user = decision.kind === 'mapped' ? decision.user : undefined;
    if (isDeepStrictEqual(user, theirs)) outcomes.push(user === undefined ? 'neither' : 'both');
    else {
      const difference = { own: decision, theirs, identity, given, isFileTaken };
      outcomes.push(findRow(difference) ?? `${UNKNOWN}${JSON.stringify(difference)}`);
    }
  }
  return outcomes;
}

const UNKNOWN = 'no row: ';

/** Starts both from one configuration. */
async function run(given: Plan): Promise<readonly string[]> {
  const config = writePlan(given, workspace);
  const own = await startOwn(config({}));
  const peer = await startPeer({
    path: PEER,
    proxyPort,
    authority: authority.certificate,
    config,
    stateDir: workspace.folder,
    gates: 'SSORoleMatch=true',
  }).catch(() => undefined);
  try {
    if (own !== undefined && peer !== undefined) return await compare({ own, peer }, given);
    if (own === undefined && peer === undefined) return ['neither starts'];
    return [
      findStartRow(given, own !== undefined) ??
        `${UNKNOWN}${own ? 'ours' : 'theirs'} alone ${JSON.stringify(given)}`,
    ];
  } finally {
    await own?.stop();
    await peer?.stop();
  }
}

describe.skipIf(PEER === '')('mappings beside the Go program', () => {
  test('make the same of every principal; what differs has a row', { timeout: 3_600_000 }, async () => {
    const tally = new Map<string, number>();
    for (const given of fc.sample(plan, numRuns)) {
      for (const outcome of await run(given)) tally.set(outcome, (tally.get(outcome) ?? 0) + 1);
    }
    console.info(Object.fromEntries([...tally].filter(([outcome]) => !outcome.startsWith(UNKNOWN))));
    expect([...tally.keys()].filter((outcome) => outcome.startsWith(UNKNOWN))).toEqual([]);
    // Or else the comparison says nothing.
    expect(tally.get('both')).toBeGreaterThan(numRuns);
  });
});
