import { randomBytes } from 'node:crypto';
import { createAuthenticate } from '../../../src/authenticator/authenticate.ts';
import { createGate } from '../../../src/authenticator/sts/gate.ts';
import { createGateWatch } from '../../../src/authenticator/sts/gate-watch.ts';
import { createIdentify } from '../../../src/authenticator/sts/identify.ts';
import { createKnownKeys } from '../../../src/authenticator/sts/known-keys.ts';
import type { StsCall, StsReply } from '../../../src/authenticator/sts/transport.ts';
import { renderTimestamp } from '../../../src/aws/sigv4/timestamp.ts';
import { createSystemClock } from '../../../src/base/clock.ts';
import type { Mapper } from '../../../src/mapping/mapper.ts';
import { createCheckOptions, HOST, toToken, toUrl } from './tokens.ts';

const GOOD = '600d'.repeat(16);

export interface TokenPlan {
  readonly keyId: string;
  readonly sessionToken?: string;
  readonly host?: string;
  /** The slow STS lets it in. */
  readonly good?: boolean;
}

/** A well-formed token of now, distinct from every other. */
export function makeToken({ keyId, sessionToken, host = HOST, good = false }: TokenPlan): string {
  const timestamp = renderTimestamp(Date.now());
  const region = host.split('.')[1] ?? '';
  // What is good is told by the signature; what makes it distinct is the expiry, or the rest of the signature.
  const signature = good ? GOOD.slice(8) + randomBytes(4).toString('hex') : randomBytes(32).toString('hex');
  return toToken(
    toUrl(
      {
        'X-Amz-Credential': `${keyId}%2F${timestamp.slice(0, 8)}%2F${region}%2Fsts%2Faws4_request`,
        'X-Amz-Date': timestamp,
        'X-Amz-Signature': signature,
        'X-Amz-Security-Token': sessionToken,
      },
      host,
    ),
  );
}

export interface Crowd {
  readonly authenticate: ReturnType<typeof createAuthenticate>;
  readonly gate: ReturnType<typeof createGate>;
  /** Calls that reached STS. */
  readonly calls: StsCall[];
  stop(): void;
}

/** The way of a token as it is shipped, with an STS that takes its time, and hosts that never answer. */
export function createCrowd(milliseconds: number, deadHosts: ReadonlySet<string> = new Set()): Crowd {
  const clock = createSystemClock();
  const now = (): number => performance.now();
  const known = createKnownKeys();
  const limits = { total: 64, perHost: 32, perKey: 16, waiting: 2_048, patience: 2_000 };
  const gate = createGate(limits, { now, isKnown: (key) => known.has(key, now()) });
  const watch = createGateWatch(gate, clock);
  const calls: StsCall[] = [];
  const { now: _, ...check } = createCheckOptions();
  const mapper: Mapper = {
    map: () => ({
      kind: 'mapped',
      user: { username: 'somebody', groups: [] },
      origin: { backend: 'MountedFile', entry: 'mapUsers[0]' },
    }),
  };
  const authenticate = createAuthenticate({
    check,
    identify: createIdentify({
      async transport(call) {
        calls.push(call);
        const isDead = deadHosts.has(call.host);
        await clock.delay(isDead ? call.patience : milliseconds, new AbortController().signal);
        return isDead ? { kind: 'failed', failure: 'timeout', detail: 'dead' } : answer(call);
      },
      gate,
      watchGate: watch.watch,
      partition: 'aws',
      now,
      report: { call: () => {} },
    }),
    keep: 60_000,
    now: Date.now,
    welcome(key) {
      known.add(key, now());
      gate.promote(key);
    },
    mapper,
    scrubbedAccounts: new Set(),
  });
  return { authenticate, gate, calls, stop: watch.stop };
}

function answer({ path }: StsCall): StsReply {
  const isGood = path.includes(`X-Amz-Signature=${GOOD.slice(8)}`);
  const result = { Account: '111122223333', Arn: 'arn:aws:iam::111122223333:user/jane', UserId: 'AIDAJANE' };
  const body = isGood
    ? { GetCallerIdentityResponse: { GetCallerIdentityResult: result } }
    : { Error: { Code: 'SignatureDoesNotMatch', Message: '' } };
  return {
    kind: 'answer',
    status: isGood ? 200 : 403,
    contentType: 'application/json',
    body: Buffer.from(JSON.stringify(body)),
  };
}
