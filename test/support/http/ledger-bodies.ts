import { BodyInTransit, BodyLedger, type TurnedAway } from '../../../src/http/body-ledger.ts';

export const KIB = 1024;
export const MIB = 1024 * KIB;

/** A body without a socket, which notes what happens to it. */
export class NotedBody extends BodyInTransit {
  readonly name: string;
  readonly #notes: string[];
  readonly #patience: number;

  constructor(name: string, notes: string[], patience: number) {
    super();
    this.name = name;
    this.#notes = notes;
    this.#patience = patience;
  }

  override readPatience(): number {
    return this.#patience;
  }

  override granted(): void {
    this.#notes.push(`${this.name} granted`);
  }

  override refused(): void {
    this.#notes.push(`${this.name} refused`);
  }

  override cut(): void {
    this.#notes.push(`${this.name} cut`);
  }
}

/** A ledger, and all that it said. */
export class LedgerRig {
  readonly notes: string[] = [];
  readonly reasons: TurnedAway[] = [];
  readonly ledger: BodyLedger;

  constructor(budget = 32 * MIB, patience = 15_000) {
    this.ledger = new BodyLedger({ budget, patience, report: (reason) => void this.reasons.push(reason) });
  }

  create(name: string, patience = 10_000): NotedBody {
    return new NotedBody(name, this.notes, patience);
  }

  /** A new body that asks for `size` bytes. */
  ask(name: string, size: number, patience?: number): { body: NotedBody; answer: string } {
    const body = this.create(name, patience);
    return { body, answer: this.ledger.ask(body, size) };
  }

  /** Lets time pass in looks of half a second. */
  pass(ms: number): void {
    for (let left = ms; left > 0; left -= 500) this.ledger.advance(500);
  }

  /** What was said since the last time. */
  read(): string[] {
    return this.notes.splice(0);
  }
}
