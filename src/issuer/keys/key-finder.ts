import type { Clock } from '../../base/clock.ts';
import type { KeyFinder, KeyLookup } from '../../web-identity/token/keys.ts';
import { IssuerKeys } from './issuer-keys.ts';
import { DEFAULT_KEY_LIMITS, type KeyLimits } from './key-freshness.ts';
import type { KeyReport, KeyStatus } from './key-reports.ts';
import type { KeySet } from './key-set.ts';
import type { KeySource } from './key-source.ts';

/** Said of an issuer that is none of those configured; nothing is ever fetched for it. */
const UNKNOWN_ISSUER: KeyLookup = {
  kind: 'unavailable',
  trouble: 'local',
  problem: 'no keys are configured for this issuer',
};

/** Keys that were read once, such as those of `--offline`. @param sets by issuer, as the tokens' `iss` has it */
export function createStaticKeys(sets: ReadonlyMap<string, KeySet>): KeyFinder {
  return {
    find: (issuer, kid) => sets.get(issuer)?.find(kid) ?? UNKNOWN_ISSUER,
  };
}

export interface RemoteKeysOptions {
  /** By issuer, as the tokens' `iss` has it. Nothing is ever read for another. */
  readonly issuers: ReadonlyMap<string, KeySource>;
  readonly clock: Clock;
  /** 0 inclusive to 1 exclusive */
  readonly random: () => number;
  readonly report: KeyReport;
  readonly limits?: Partial<KeyLimits>;
}

/** Keys that are read when they are needed, and kept. Those of different issuers share nothing. */
export interface RemoteKeys extends Required<KeyFinder> {
  /** Keeps all sets fresh without being asked for a key, so that readiness and the first token wait for nothing. */
  start(): void;
  /** Reads the documents of an issuer now, or joins the reading that is under way; `status` says what came of it. */
  refresh(issuer: string): Promise<void>;
  /** undefined where the issuer is not configured */
  status(issuer: string): KeyStatus | undefined;
  /** Ends what is under way; resolves when nothing is. What was read stays. */
  stop(): Promise<void>;
}

export function createRemoteKeys(options: RemoteKeysOptions): RemoteKeys {
  const { clock, random, report } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  const limits = { ...DEFAULT_KEY_LIMITS, ...options.limits };
  const byIssuer = new Map(
    [...options.issuers].map(([issuer, source]) => [
      issuer,
      new IssuerKeys({ issuer, source, clock, random, report, limits, signal }),
    ]),
  );
  let running: Promise<unknown> | undefined;

  async function keepFresh(keys: IssuerKeys): Promise<void> {
    while (!signal.aborted) {
      if (keys.msUntilDue() === 0) await keys.refresh();
      else await clock.delay(keys.msUntilDue(), signal);
    }
  }

  return {
    find: (issuer, kid) => byIssuer.get(issuer)?.find(kid) ?? UNKNOWN_ISSUER,
    findAgain: (issuer, kid) => byIssuer.get(issuer)?.findAgain(kid) ?? UNKNOWN_ISSUER,
    start() {
      running ??= Promise.all([...byIssuer.values()].map(keepFresh));
    },
    refresh: async (issuer) => byIssuer.get(issuer)?.refresh(),
    status: (issuer) => byIssuer.get(issuer)?.status(),
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
