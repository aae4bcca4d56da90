import type { AccountFinding } from '../identity.ts';
import { isPassed, type LiveAnswer } from './live-answer.ts';

/** How long an answer stands for later pods of the same account. ms */
const REMEMBERED = 1_000;
const MAX_REMEMBERED = 10_000;

/** The answers of the last second, so that a burst of pods of one account costs one read. */
export interface AnswerMemory {
  recall(key: string): AccountFinding | undefined;
  keep(key: string, answer: LiveAnswer): void;
}

export interface AnswerMemoryDeps {
  readonly now: () => number;
  /** How far the watch has come. */
  readonly resourceVersion: () => string;
}

interface Remembered extends LiveAnswer {
  readonly since: number;
}

export function createAnswerMemory(deps: AnswerMemoryDeps): AnswerMemory {
  const remembered = new Map<string, Remembered>();
  return {
    recall(key) {
      const recent = remembered.get(key);
      return recent !== undefined && stillHolds(recent, deps) ? recent.finding : undefined;
    },
    keep(key, answer) {
      remembered.delete(key);
      if (!isWorthKeeping(answer)) return;
      if (remembered.size >= MAX_REMEMBERED) remembered.clear();
      remembered.set(key, { ...answer, since: deps.now() });
    },
  };
}

/** A failure is forgotten at once: the next pod deserves its own try. What the watch has brought is asked of it. */
function isWorthKeeping({ finding, resourceVersion }: LiveAnswer): boolean {
  return finding.kind === 'unknown' || (finding.kind === 'known' && resourceVersion !== '');
}

/** An account that was found, and that the watch has come past without knowing it, has been deleted since. */
function stillHolds({ finding, resourceVersion, since }: Remembered, deps: AnswerMemoryDeps): boolean {
  const age = deps.now() - since;
  // Negative where the clock was set back meanwhile.
  if (age < 0 || age >= REMEMBERED) return false;
  return finding.kind !== 'known' || !isPassed(resourceVersion, deps);
}
