import { expect } from 'vitest';
import { KIB, LedgerRig, type NotedBody } from './ledger-bodies.ts';

const SMALL = 256 * KIB;

/** Another account of what a ledger does, as the rules are written down: lists, and no thought of speed. */
export class BodyModel {
  readonly #rig: LedgerRig;
  readonly #budget: number;
  readonly #bodies = new Map<string, NotedBody>();
  #held: NotedBody[] = [];
  #waiting: NotedBody[] = [];

  constructor(budget: number) {
    this.#budget = budget;
    this.#rig = new LedgerRig(budget);
  }

  arrive(size: number): void {
    const body = this.#rig.create(`${this.#bodies.size}`);
    this.#bodies.set(body.name, body);
    this.ask(body, size);
  }

  /** One of those that are held and do not wait. */
  pick(index: number): NotedBody | undefined {
    const open = this.#held.filter((body) => !this.#waiting.includes(body));
    return open[index % Math.max(open.length, 1)];
  }

  ask(body: NotedBody, total: number): void {
    const queue = this.#waiting.length;
    const room = this.#sum() - body.reserved + total <= this.#budget;
    const answer = this.#rig.ledger.ask(body, total);
    if (total <= SMALL) {
      expect(answer).toBe('granted');
      this.#followDisplaced(body);
    } else expect(answer).toBe(expectLarge(queue, room));
    if (answer === 'waits') this.#waiting.push(body);
    else if (answer === 'refused') this.#leave(body);
    else if (!this.#held.includes(body)) this.#held.push(body);
    this.#follow();
  }

  answer(body: NotedBody): void {
    this.#rig.ledger.release(body);
    this.#leave(body);
    this.#follow();
  }

  pass(looks: number): void {
    for (let look = 0; look < looks; look += 1) this.#rig.ledger.advance(500);
    this.#follow();
  }

  check(): void {
    const { ledger } = this.#rig;
    expect(ledger.reserved).toBe(this.#sum());
    expect(ledger.reserved).toBeLessThanOrEqual(this.#budget);
    expect(ledger.waiting).toBe(this.#waiting.length);
    expect(ledger.waiting).toBeLessThanOrEqual(64);
  }

  /** Nobody waits for ever, and nobody who is unfinished holds anything for ever. */
  checkEnd(): void {
    this.pass(60);
    expect(this.#waiting).toEqual([]);
    expect(this.#held.every(({ complete }) => complete)).toBe(true);
  }

  #sum(): number {
    return this.#held.reduce((total, { reserved }) => total + reserved, 0);
  }

  #leave(body: NotedBody): void {
    this.#held = this.#held.filter((other) => other !== body);
    this.#waiting = this.#waiting.filter((other) => other !== body);
  }

  /** Whoever goes for a small body is the longest-unfinished each time; who is granted what is left comes after. */
  #followDisplaced(except: NotedBody): void {
    while (this.#rig.notes[0]?.endsWith('cut')) {
      const others = this.#held.filter((other) => other !== except);
      const longest = others.find(({ complete }) => !complete) ?? others[0];
      expect(this.#rig.notes.shift()).toBe(`${longest?.name} cut`);
      if (longest !== undefined) this.#leave(longest);
    }
  }

  #follow(): void {
    for (const note of this.#rig.read()) {
      const [name = '', what] = note.split(' ');
      const body = this.#bodies.get(name);
      if (body === undefined) throw new Error(note);
      const first = this.#waiting[0];
      const held = this.#held.includes(body);
      if (what !== 'granted') this.#leave(body);
      else {
        expect(body).toBe(first);
        this.#waiting.shift();
        if (!held) this.#held.push(body);
      }
    }
  }
}

function expectLarge(queue: number, room: boolean): string {
  if (queue === 0 && room) return 'granted';
  return queue < 64 ? 'waits' : 'refused';
}
