import type { StsReason } from '../reasons.ts';

/** How a call ended, for a circuit: `neutral` says only that somebody is there. */
export type CallResult = 'success' | 'failure' | 'neutral';

/** What a host that is in trouble does. All else a caller can bring about. */
const FAILURES: ReadonlySet<StsReason> = new Set(['sts-timeout', 'sts-unreachable', 'sts-server-error']);

export function toCallResult(reason: StsReason | undefined): CallResult {
  if (reason === undefined) return 'success';
  return FAILURES.has(reason) ? 'failure' : 'neutral';
}

/**
 * Spares a host that fails: opens at half of at least 20 calls within 10 s, then lets one call a second try. Times are
 * monotonic, in ms.
 */
export interface Circuit {
  /** Whether a call may be made now. While the circuit is open, a yes is the one of this second. */
  admit(now: number): boolean;
  /** Whether calls that were admitted before may still be made. */
  isOpen(): boolean;
  record(result: CallResult, now: number): void;
}

const WINDOW = 10_000;
const LEAST_CALLS = 20;
const PROBE_INTERVAL = 1_000;

/** Calls of one second. */
interface Slot {
  readonly second: number;
  calls: number;
  failures: number;
}

export function createCircuit(): Circuit {
  let slots: Slot[] = [];
  /** When the last probe went, while open. */
  let probed: number | undefined;

  function findSlot(now: number): Slot {
    const second = Math.floor(now / 1_000);
    slots = slots.filter((slot) => slot.second > second - WINDOW / 1_000);
    const last = slots.at(-1);
    if (last?.second === second) return last;
    const slot = { second, calls: 0, failures: 0 };
    slots.push(slot);
    return slot;
  }

  return {
    isOpen: () => probed !== undefined,
    admit(now) {
      if (probed === undefined) return true;
      if (now - probed < PROBE_INTERVAL) return false;
      probed = now;
      return true;
    },
    record(result, now) {
      if (result !== 'failure' && probed !== undefined) {
        probed = undefined;
        slots = [];
      }
      if (result === 'neutral') return;
      const slot = findSlot(now);
      slot.calls += 1;
      if (result === 'success') return;
      slot.failures += 1;
      const calls = slots.reduce((sum, each) => sum + each.calls, 0);
      const failures = slots.reduce((sum, each) => sum + each.failures, 0);
      if (probed === undefined && calls >= LEAST_CALLS && failures * 2 >= calls) probed = now;
    },
  };
}
