import { createRemoteKeys, type RemoteKeys } from '../../../src/issuer/keys/key-finder.ts';
import type { KeyLimits } from '../../../src/issuer/keys/key-freshness.ts';
import type { KeyEvent } from '../../../src/issuer/keys/key-reports.ts';
import { type KeyDocuments, type KeySource, KeySourceError } from '../../../src/issuer/keys/key-source.ts';
import { createFakeClock, type FakeClock } from '../fake-clock.ts';

export const ISSUER = 'https://issuer.example';

/** A source that is told what to say, and can be made to wait. */
export interface FakeSource extends KeySource {
  /** How often it was read. */
  readonly reads: () => number;
  /** What it says from now on. */
  say(jwks: string, maxAgeMs?: number): void;
  /** It fails from now on. */
  fail(error?: Error): void;
  /** Readings from now on wait until `release`. */
  hold(): void;
  release(): void;
}

export function createFakeSource(jwks?: string): FakeSource {
  let answer = (): KeyDocuments => {
    throw new KeySourceError('status', 'https://issuer.example/keys answered 404');
  };
  let gate: PromiseWithResolvers<void> | undefined;
  let reads = 0;
  const source: FakeSource = {
    reads: () => reads,
    say(text, maxAgeMs) {
      answer = () => ({ jwks: text, notes: [], ...(maxAgeMs !== undefined && { maxAgeMs }) });
    },
    fail(error = new KeySourceError('timeout', 'no whole answer within 5 s')) {
      answer = () => {
        throw error;
      };
    },
    hold() {
      gate = Promise.withResolvers();
    },
    release: () => gate?.resolve(),
    async readDocuments() {
      reads += 1;
      await gate?.promise;
      return answer();
    },
  };
  if (jwks !== undefined) source.say(jwks);
  return source;
}

export interface Rig {
  readonly clock: FakeClock;
  readonly source: FakeSource;
  readonly keys: RemoteKeys;
  readonly events: readonly KeyEvent[];
  /** The kinds of the events so far. */
  kinds(): string[];
  find(kid: string): ReturnType<RemoteKeys['find']>;
}

/** @param random 0, so that back-off takes its least wait and renewal its earliest time */
export function createRig(jwks?: string, limits: Partial<KeyLimits> = {}, random = () => 0): Rig {
  const clock = createFakeClock();
  const source = createFakeSource(jwks);
  const events: KeyEvent[] = [];
  const report = (event: KeyEvent) => void events.push(event);
  const keys = createRemoteKeys({ issuers: new Map([[ISSUER, source]]), clock, random, report, limits });
  return {
    clock,
    source,
    keys,
    events,
    kinds: () => events.map(({ kind }) => kind),
    find: (kid) => keys.find(ISSUER, kid),
  };
}
