import { createBackOff } from '../base/back-off.ts';
import type { CertificatePair } from '../http/certificate.ts';
import type { BundleStatus } from './bundles.ts';
import { createKnowledge, type KeeperDeps, type KeptCertificate } from './knowledge.ts';
import { look } from './look.ts';

/** Keeps a serving certificate and those who trust it in step, until it is stopped: no error ends it. */
export interface Keeper {
  /** What is served; undefined until one is there. */
  current(): CertificatePair | undefined;
  onChange(listener: (pair: CertificatePair) => void): void;
  /** Until when the authority is good that signs; undefined where none is known. ms since epoch */
  authorityNotAfter(): number | undefined;
  /** Why what is stored is not what it should be. */
  problem(): string | undefined;
  /** Empty where the certificate is somebody else's, whose bundles are not ours. */
  bundles(): readonly BundleStatus[];
  /** Looks soon: something has changed. */
  wake(): void;
  run(signal: AbortSignal): Promise<void>;
}

/** However often something changes, so much is between two looks. ms */
const PAUSE = 100;

export function createKeeper(kept: KeptCertificate, deps: KeeperDeps): Keeper {
  const { clock, random } = deps;
  const knowledge = createKnowledge(kept, deps);
  const backOff = createBackOff(random);
  const waking = new EventTarget();
  let stale = false;

  /** ms; one of somebody else's is replaced when it has expired, and no later. */
  function untilNextLook(): number {
    const left = (knowledge.pair?.notAfter ?? 0) - clock.now();
    return left > 0 ? Math.min(kept.timing.look, left) : kept.timing.look;
  }

  /** Until it is time, or something has changed. */
  async function rest(ms: number, signal: AbortSignal): Promise<void> {
    await clock.delay(Math.min(ms, PAUSE), signal);
    const woken = new AbortController();
    const wake = (): void => woken.abort();
    waking.addEventListener('wake', wake);
    if (!stale) await clock.delay(Math.max(0, ms - PAUSE), AbortSignal.any([signal, woken.signal]));
    waking.removeEventListener('wake', wake);
  }

  return {
    current: () => knowledge.pair,
    onChange: (listener) => void knowledge.listeners.push(listener),
    authorityNotAfter: () => knowledge.authorityNotAfter,
    problem: () => knowledge.problem,
    bundles: () => (knowledge.isForeign ? [] : knowledge.bundles.status()),
    wake() {
      stale = true;
      waking.dispatchEvent(new Event('wake'));
    },
    async run(signal) {
      while (!signal.aborted) {
        stale = false;
        const outcome = await look(knowledge, signal);
        if (outcome === 'again') continue;
        if (outcome === 'settled') backOff.reset();
        await rest(outcome === 'settled' ? untilNextLook() : backOff.next(), signal);
      }
    },
  };
}
