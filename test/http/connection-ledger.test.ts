import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ConnectionLedger, type HeldConnection } from '../../src/http/connection-ledger.ts';

interface Rig {
  readonly ledger: ConnectionLedger;
  /** Names of connections in the order in which they were closed for others. */
  readonly closed: string[];
  readonly addresses: string[];
  open(name: string, address?: string): HeldConnection;
}

function createRig(limit: number): Rig {
  const closed: string[] = [];
  const addresses: string[] = [];
  const ledger = new ConnectionLedger({ limit, evicted: (address) => void addresses.push(address) });
  const open = (name: string, address = name.charAt(0)): HeldConnection =>
    ledger.open(address, () => void closed.push(name));
  return { ledger, closed, addresses, open };
}

describe('at the limit', () => {
  test('whoever holds most connections loses one, and the newcomer stays', () => {
    const { open, closed, addresses, ledger } = createRig(5);
    for (const name of ['a1', 'b1', 'b2', 'c1', 'b3']) open(name);
    expect(closed).toEqual([]);
    open('d1');
    expect([closed, addresses, ledger.size]).toEqual([['b1'], ['b'], 5]);
    open('d2');
    open('a2');
    expect(closed).toEqual(['b1', 'b2', 'a1']);
  });

  test('it is the one whose last answer is the longest ago', () => {
    const { open, closed, ledger } = createRig(3);
    const first = open('a1');
    open('a2');
    open('a3');
    ledger.answered(first);
    open('b1');
    open('c1');
    expect(closed).toEqual(['a2', 'a3']);
  });

  test('an address that floods from within the limit takes only from itself', () => {
    const { open, closed } = createRig(10);
    for (const name of ['a1', 'b1', 'c1']) open(name);
    for (let index = 0; index < 100; index += 1) open(`x${index}`);
    expect(closed).toHaveLength(93);
    expect(closed.every((name) => name.startsWith('x'))).toBe(true);
  });

  test('one with an accepted certificate goes only where no other is left', () => {
    const { open, closed, ledger } = createRig(4);
    for (const name of ['a1', 'a2', 'a3']) ledger.certify(open(name), true);
    open('b1');
    open('c1');
    expect(closed).toEqual(['b1']);
    ledger.certify(open('a4'), true);
    expect(closed).toEqual(['b1', 'c1']);
    open('d1');
    expect(closed).toEqual(['b1', 'c1', 'a1']);
  });

  test('one that closed by itself is not closed again', () => {
    const { open, closed, ledger } = createRig(2);
    const first = open('a1');
    open('a2');
    ledger.closed(first);
    ledger.closed(first);
    ledger.certify(first, true);
    open('b1');
    expect([closed, ledger.size]).toEqual([[], 2]);
  });
});

const step = fc.record({
  kind: fc.constantFrom('open', 'open', 'open', 'answer', 'certify', 'revoke', 'close'),
  address: fc.constantFrom('a', 'a', 'a', 'b', 'b', 'c', 'd'),
  pick: fc.nat(),
});

/** Another account of the same: lists, and counting from the beginning each time. */
class Model {
  here: HeldConnection[] = [];
  readonly #limit: number;
  readonly #ledger: ConnectionLedger;
  readonly #names = new Map<HeldConnection, string>();
  #evicted: string | undefined;

  constructor(limit: number) {
    this.#limit = limit;
    this.#ledger = new ConnectionLedger({ limit, evicted: () => {} });
  }

  open(address: string): void {
    const others = this.here;
    const name = `${this.#names.size}`;
    const connection = this.#ledger.open(address, () => {
      this.#evicted = name;
    });
    this.#names.set(connection, name);
    this.here = [...others, connection];
    const full = this.here.length > this.#limit;
    const victim = full ? this.#expectVictim(others) : undefined;
    expect(this.#evicted).toBe(victim && this.#names.get(victim));
    this.#evicted = undefined;
    this.here = this.here.filter((one) => one !== victim);
  }

  change(kind: string, chosen: HeldConnection): void {
    if (kind === 'answer') this.#ledger.answered(chosen);
    else if (kind !== 'close') this.#ledger.certify(chosen, kind === 'certify');
    else {
      this.#ledger.closed(chosen);
      this.here = this.here.filter((one) => one !== chosen);
    }
  }

  check(): void {
    expect(this.#ledger.size).toBe(this.here.length);
    for (const { holder } of this.here) {
      expect(holder.connections).toBe(this.#count(holder.address, this.here));
      expect(holder.anonymous).toBe(this.#count(holder.address, this.here.filter(isStranger)));
    }
  }

  /** The newcomer counts for its address, and is not taken itself. */
  #expectVictim(others: readonly HeldConnection[]): HeldConnection | undefined {
    const strangers = others.filter(isStranger);
    const among = strangers.length > 0 ? this.here.filter(isStranger) : this.here;
    const pool = strangers.length > 0 ? strangers : others;
    const most = Math.max(...pool.map(({ holder }) => this.#count(holder.address, among)));
    return pool
      .filter(({ holder }) => this.#count(holder.address, among) === most)
      .sort((one, other) => one.used - other.used)[0];
  }

  #count(address: string, among: readonly HeldConnection[]): number {
    return among.filter(({ holder }) => holder.address === address).length;
  }
}

const isStranger = ({ certified }: HeldConnection): boolean => !certified;

test('any order of events keeps the rules', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 12 }), fc.array(step, { maxLength: 200 }), (limit, steps) => {
      const model = new Model(limit);
      for (const { kind, address, pick } of steps) {
        const chosen = model.here[pick % Math.max(model.here.length, 1)];
        if (kind === 'open') model.open(address);
        else if (chosen !== undefined) model.change(kind, chosen);
        model.check();
      }
    }),
    { numRuns: 300 },
  );
});
