import type { Clock } from '../base/clock.ts';
import { createRateLimit, type RateLimit } from '../base/rate-limit.ts';
import type { CertificatePair } from '../http/certificate.ts';
import type { KubeApi } from '../kube/api.ts';
import type { BundleTarget, OwnAddress } from './bundle.ts';
import { type BundleEvent, type Bundles, createBundles } from './bundles.ts';
import type { Texts } from './contents.ts';
import type { WritingStep } from './make-texts.ts';
import type { Period, Timing } from './timing.ts';

/** What a server's certificate is, and where it is kept. */
export interface KeptCertificate {
  readonly secret: { readonly namespace: string; readonly name: string };
  /** At most 64 characters (X.520). */
  readonly commonName: string;
  /** DNS names and IP addresses. */
  readonly names: readonly string[];
  readonly address: OwnAddress;
  /** Whose `caBundle` is kept; none: whoever trusts us reads `ca.crt`. */
  readonly targets: readonly BundleTarget[];
  readonly timing: Timing;
}

export interface KeeperDeps {
  readonly api: Pick<KubeApi, 'get' | 'send'>;
  readonly clock: Clock;
  /** 0 inclusive to 1 exclusive */
  readonly random: () => number;
  readonly report: (event: KeeperEvent) => void;
}

export type KeeperEvent =
  | { readonly kind: 'written'; readonly step: WritingStep['kind']; readonly why: string }
  | { readonly kind: 'served'; readonly notAfter: number }
  | { readonly kind: 'failed'; readonly problem: string }
  | BundleEvent;

/** What a replica knows from one look to the next. */
export interface Knowledge {
  readonly kept: KeptCertificate;
  readonly deps: KeeperDeps;
  readonly bundles: Bundles;
  readonly listeners: ((pair: CertificatePair) => void)[];
  readonly mayWrite: () => boolean;
  /** 0 inclusive to 1 exclusive: drawn once, so that this replica's time does not move. */
  readonly jitter: number;
  /** What is served. */
  pair: CertificatePair | undefined;
  /** What was stored with it, where it is ours. */
  known: (Period & { readonly texts: Texts }) | undefined;
  authorityNotAfter: number | undefined;
  /** What is stored, and was stored from the first look on, is somebody else's. */
  isForeign: boolean;
  problem: string | undefined;
}

/** Nothing is known before the first look. */
export function createKnowledge(kept: KeptCertificate, deps: KeeperDeps): Knowledge {
  const { targets, address, timing } = kept;
  // Attempts at a Secret that may not be written leave those at the bundles alone.
  const createLimit = (): (() => boolean) => {
    const writes: RateLimit = createRateLimit(timing.writes);
    return () => writes.reserve(deps.clock.now(), 0) !== undefined;
  };
  return {
    kept,
    deps,
    bundles: createBundles({
      ...{ api: deps.api, targets, address },
      ...{ mayWrite: createLimit(), report: deps.report },
    }),
    listeners: [],
    mayWrite: createLimit(),
    jitter: deps.random(),
    pair: undefined,
    known: undefined,
    authorityNotAfter: undefined,
    isForeign: false,
    problem: undefined,
  };
}
