import type { Clock } from '../../base/clock.ts';
import { createElapsed } from '../../base/elapsed.ts';
import type { KeyLookup, KeyTrouble } from '../../web-identity/token/keys.ts';
import { countMissing, type HeldSet, type KeyLimits, toHeldSet } from './key-freshness.ts';
import type { KeyHappening, KeyReport, KeyStatus } from './key-reports.ts';
import type { KeyDocuments, KeySource } from './key-source.ts';
import { createAttempts } from './reading-attempts.ts';

export interface IssuerKeysOptions {
  readonly issuer: string;
  readonly source: KeySource;
  readonly clock: Pick<Clock, 'now'>;
  /** 0 inclusive to 1 exclusive */
  readonly random: () => number;
  readonly report: KeyReport;
  readonly limits: KeyLimits;
  readonly signal: AbortSignal;
}

/** The keys of one issuer, kept in step with their source. At most one reading of it is under way at any time. */
export class IssuerKeys {
  readonly #options: IssuerKeysOptions;
  readonly #elapsed: () => number;
  readonly #attempts: ReturnType<typeof createAttempts>;
  #held: HeldSet | undefined;
  #running: Promise<void> | undefined;
  #lastAttempt: number | undefined;

  constructor(options: IssuerKeysOptions) {
    this.#options = options;
    this.#elapsed = createElapsed(options.clock.now);
    this.#attempts = createAttempts(options.random);
  }

  find(kid: string): KeyLookup | Promise<KeyLookup> {
    const held = this.#usable();
    const known = held?.set.find(kid);
    if (held === undefined || known === undefined || known.kind === 'unknown-kid') {
      return this.#mayReadFor(held) ? this.#findAfterRefresh(kid) : this.#answer(kid);
    }
    // Past its freshness because nobody asked: worth a moment's wait, since a key may have been withdrawn. Past it because
    // the source fails: whoever asks must not wait for another failure.
    if (!this.#isFresh(held) && this.#attempts.lastProblem() === undefined)
      return this.#findAfterRefresh(kid);
    if (this.msUntilDue() === 0) void this.refresh();
    return this.#answer(kid);
  }

  /** As `KeyFinder` has it; as seldom as for a kid that is unknown, since anybody can make up a signature. */
  findAgain(kid: string): KeyLookup | Promise<KeyLookup> {
    return this.#mayReadFor(this.#usable()) ? this.#findAfterRefresh(kid) : this.#answer(kid);
  }

  /** Reads the documents now, or joins the reading that is under way. Never rejects. */
  refresh(): Promise<void> {
    if (this.#options.signal.aborted) return Promise.resolve();
    this.#running ??= this.#read().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  status(): KeyStatus {
    const held = this.#usable();
    const lastProblem = this.#attempts.lastProblem();
    const base = {
      keys: held?.set.keys.length ?? 0,
      ...(this.#lastAttempt !== undefined && { lastAttempt: this.#lastAttempt }),
      ...(lastProblem !== undefined && { lastProblem }),
    };
    if (held === undefined) return { state: 'none', ...base };
    return { state: this.#isFresh(held) ? 'fresh' : 'stale', ageMs: this.#ageOf(held), ...base };
  }

  /** How long until the set should be renewed, or the source be tried again. */
  msUntilDue(): number {
    const renewIn = this.#held === undefined ? 0 : this.#held.renewMs - this.#ageOf(this.#held);
    return Math.max(0, renewIn, this.#attempts.msUntilRetry(this.#elapsed()));
  }

  /** The set, unless it is too old for any use. */
  #usable(): HeldSet | undefined {
    const held = this.#held;
    return held && this.#ageOf(held) < held.freshMs + this.#options.limits.graceMs ? held : undefined;
  }

  #ageOf({ since }: HeldSet): number {
    return this.#elapsed() - since;
  }

  #isFresh(held: HeldSet): boolean {
    return this.#ageOf(held) < held.freshMs;
  }

  /** Whether the source may be read, or waited for, because of a kid that is not at hand. */
  #mayReadFor(held: HeldSet | undefined): boolean {
    if (this.#running !== undefined) return true;
    const now = this.#elapsed();
    if (this.#attempts.msUntilRetry(now) > 0) return false;
    // Without a fresh set a refresh is due anyway. With one, anybody who makes up kids could cause it.
    if (held === undefined || !this.#isFresh(held)) return true;
    return !this.#attempts.isCoolingDown(now, this.#options.limits.coolDownMs);
  }

  async #findAfterRefresh(kid: string): Promise<KeyLookup> {
    await this.refresh();
    return this.#answer(kid);
  }

  #answer(kid: string): KeyLookup {
    const held = this.#usable();
    if (held === undefined)
      return { kind: 'unavailable', trouble: this.#trouble(), problem: this.#describeLack() };
    const lookup = held.set.find(kid);
    return lookup.kind === 'unknown-kid' ? this.#answerUnknown(held) : lookup;
  }

  /** Where the source cannot be read, a kid that the last set lacks may well exist. */
  #answerUnknown(held: HeldSet): KeyLookup {
    const problem = this.#attempts.lastProblem();
    if (problem === undefined) return { kind: 'unknown-kid' };
    const seconds = Math.round(this.#ageOf(held) / 1000);
    return {
      kind: 'unavailable',
      trouble: this.#trouble(),
      problem: `the key set of ${seconds} s ago does not have it, and there is no newer one: ${problem}`,
    };
  }

  #trouble(): KeyTrouble {
    return this.#attempts.lastTrouble() ?? 'passing';
  }

  #describeLack(): string {
    const stopped = this.#options.signal.aborted ? 'reading them was stopped' : 'they were not read yet';
    return `there are no keys of the issuer: ${this.#attempts.lastProblem() ?? stopped}`;
  }

  async #read(): Promise<void> {
    const { source, signal, clock } = this.#options;
    const since = this.#elapsed();
    this.#lastAttempt = clock.now();
    this.#attempts.begin(since);
    try {
      const documents = await source.readDocuments(signal);
      if (!signal.aborted) this.#take(documents, since);
    } catch (error) {
      if (signal.aborted) return;
      this.#report({ kind: 'refused', ...this.#attempts.fail(error, this.#elapsed()) });
    }
  }

  /** Replaces the set at once and whole, and only by a good one. */
  #take(documents: KeyDocuments, since: number): void {
    const before = this.#held;
    const { limits, random } = this.#options;
    const held = toHeldSet(documents, { since, before, limits, random });
    this.#held = held;
    this.#attempts.succeed();
    this.#report({
      kind: 'refreshed',
      keys: held.set.keys.length,
      added: countMissing(held.set, before?.set),
      removed: before === undefined ? 0 : countMissing(before.set, held.set),
      skipped: held.set.skipped,
      notes: documents.notes,
      ms: this.#elapsed() - since,
    });
  }

  #report(event: KeyHappening): void {
    try {
      this.#options.report({ issuer: this.#options.issuer, ...event });
    } catch {
      // A logger that throws must not lose the keys, and there is nobody left to tell.
    }
  }
}
