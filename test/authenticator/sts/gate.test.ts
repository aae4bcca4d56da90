import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createGate, type Gate, type GateLimits } from '../../../src/authenticator/sts/gate.ts';
import type { Ticket } from '../../../src/authenticator/sts/lane.ts';

const LIMITS: GateLimits = { total: 64, perHost: 32, perKey: 16, waiting: 2_048, patience: 2_000 };

interface Call {
  readonly ticket: Ticket;
  state: 'waiting' | 'admitted' | 'refused' | 'left';
}

class Bed {
  now = 0;
  readonly known = new Set<string>();
  readonly calls: Call[] = [];
  readonly gate: Gate;

  constructor(limits: Partial<GateLimits> = {}) {
    this.gate = createGate(
      { ...LIMITS, ...limits },
      { now: () => this.now, isKnown: (key) => this.known.has(key) },
    );
  }

  enter(key: string, host = 'one'): Call {
    const call: Call = {
      state: 'waiting',
      ticket: {
        host,
        key,
        admit: () => {
          expect(call.state).toBe('waiting');
          call.state = 'admitted';
        },
        refuse: () => {
          expect(call.state).toBe('waiting');
          call.state = 'refused';
        },
      },
    };
    this.calls.push(call);
    this.gate.enter(call.ticket);
    return call;
  }

  enterMany(times: number, toKey: (index: number) => string, host = 'one'): Call[] {
    return Array.from({ length: times }, (_, index) => this.enter(toKey(index), host));
  }

  leave(call: Call): void {
    expect(call.state).toBe('admitted');
    call.state = 'left';
    this.gate.leave(call.ticket);
  }

  count(state: Call['state'], match: (call: Call) => boolean = () => true): number {
    return this.calls.filter((call) => call.state === state && match(call)).length;
  }
}

describe('places', () => {
  test('strangers have half of those of a host, of a key and of all', () => {
    const bed = new Bed();
    bed.enterMany(100, () => 'same');
    expect(bed.count('admitted')).toBe(8);
    bed.enterMany(100, (index) => `key ${index}`);
    expect(bed.count('admitted')).toBe(16);
    for (const host of ['two', 'three', 'four']) bed.enterMany(100, (index) => `key ${index}`, host);
    expect(bed.count('admitted')).toBe(32);
  });

  test('keys that are known have the others, too', () => {
    const bed = new Bed();
    for (const key of ['a', 'b', 'c', 'd', 'e']) bed.known.add(key);
    bed.enterMany(100, (index) => `stranger ${index}`);
    bed.enterMany(100, () => 'a');
    expect(bed.count('admitted', ({ ticket }) => ticket.key === 'a')).toBe(16);
    bed.enterMany(100, () => 'b');
    expect(bed.count('admitted')).toBe(32);
    bed.enterMany(100, () => 'b', 'two');
    bed.enterMany(100, () => 'c', 'two');
    bed.enterMany(100, () => 'd', 'three');
    bed.enterMany(100, () => 'e', 'three');
    expect(bed.count('admitted')).toBe(64);
  });

  test('go to the key that has waited longest for a turn', () => {
    const bed = new Bed({ perHost: 4 });
    bed.known.add('busy').add('rare');
    const first = bed.enterMany(10, () => 'busy');
    const rare = bed.enter('rare');
    const [one, two] = first;
    if (one === undefined || two === undefined) throw new Error('no calls');
    bed.leave(one);
    bed.leave(two);
    expect(rare.state).toBe('admitted');
    expect(bed.count('admitted', ({ ticket }) => ticket.key === 'busy')).toBe(3);
  });

  test('are left to first logins, too, whatever keys that are known send', () => {
    const bed = new Bed();
    bed.known.add('a').add('b').add('c');
    const [first] = bed.enterMany(500, () => 'a');
    bed.enterMany(500, () => 'b');
    bed.enterMany(500, () => 'c');
    const logins = bed.enterMany(10, (index) => `first login ${index}`);
    expect(logins[0]?.state).toBe('waiting');
    if (first === undefined) throw new Error('no call');
    bed.leave(first);
    expect(logins[0]?.state).toBe('admitted');
    for (const call of bed.calls.filter(({ ticket, state }) => ticket.key === 'b' && state === 'admitted'))
      bed.leave(call);
    expect(logins.filter(({ state }) => state === 'admitted')).toHaveLength(4);
  });

  test('of a dead host are not those of another', () => {
    const bed = new Bed();
    bed.enterMany(500, (index) => `stranger ${index}`, 'dead');
    bed.enterMany(500, (index) => `stranger ${index}`, 'dead, too');
    bed.known.add('person');
    expect(bed.enter('person', 'alive').state).toBe('admitted');
    expect(bed.enter('person', 'dead').state).toBe('admitted');
  });

  test('are had soon by a key whose first call succeeded', () => {
    const bed = new Bed();
    const crowd = bed.enterMany(500, (index) => `stranger ${index}`);
    const session = bed.enterMany(100, () => 'session');
    expect(session.every(({ state }) => state === 'waiting')).toBe(true);
    bed.known.add('session');
    bed.gate.promote('session');
    expect(session.filter(({ state }) => state === 'admitted')).toHaveLength(16);
    expect(crowd.filter(({ state }) => state === 'admitted')).toHaveLength(16);
  });
});

describe('waiting', () => {
  test('ends after the patience with a refusal', () => {
    const bed = new Bed({ perHost: 2 });
    const [, early] = bed.enterMany(2, (index) => `a${index}`);
    bed.now = 1_500;
    const late = bed.enter('b');
    expect(bed.gate.expire()).toBe(500);
    bed.now = 1_999;
    expect(bed.gate.expire()).toBe(1);
    bed.now = 2_000;
    expect(bed.gate.expire()).toBe(1_500);
    expect([early?.state, late.state]).toEqual(['refused', 'waiting']);
    bed.now = 3_500;
    expect(bed.gate.expire()).toBeUndefined();
    expect([late.state, bed.gate.waiting()]).toEqual(['refused', 0]);
  });

  test('is for a bounded number, and strangers cannot take all of it', () => {
    const bed = new Bed({ waiting: 16 });
    bed.enterMany(1_000, (index) => `stranger ${index}`);
    expect(bed.gate.waiting()).toBe(8);
    bed.known.add('a').add('b');
    bed.enterMany(1_000, () => 'a');
    bed.enterMany(1_000, () => 'b');
    expect(bed.gate.waiting()).toBe(13);
    expect(bed.count('refused')).toBe(3_000 - 13 - bed.gate.inFlight());
    for (const key of ['c', 'd', 'e', 'f']) {
      bed.known.add(key);
      bed.enter(key);
    }
    expect(bed.gate.waiting()).toBe(16);
  });

  test.each([
    ['known', true],
    ['not known', false],
  ])('is never all taken by a few keys: keys that are %s', (_, areKnown) => {
    const bed = new Bed();
    const keys = ['a', 'b', 'c', 'd', 'e', 'f', 'person'];
    for (const key of keys) if (areKnown) bed.known.add(key);
    for (const key of keys.slice(0, -1)) bed.enterMany(3_000, () => key);
    expect(bed.count('refused')).toBeGreaterThan(0);
    expect(bed.enter('person').state).toBe('waiting');
  });
});

test('whatever happens, no limit is passed, no place is lost, nobody is told twice', () => {
  const step = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({ kind: fc.constant('enter' as const), key: fc.nat(6), host: fc.nat(3) }),
    },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('leave' as const), at: fc.nat() }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('learn' as const), key: fc.nat(6) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(1_500) }) },
  );
  const limits = { total: 8, perHost: 6, perKey: 4, waiting: 12 };
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const bed = new Bed(limits);
      for (const each of steps) {
        play(bed, each);
        const admitted = bed.calls.filter(({ state }) => state === 'admitted');
        expect(bed.gate.inFlight()).toBe(admitted.length);
        expect(bed.gate.waiting()).toBe(bed.count('waiting'));
        expect(admitted.length).toBeLessThanOrEqual(limits.total);
        expect(mostOf(admitted, ({ ticket }) => ticket.host)).toBeLessThanOrEqual(limits.perHost);
        expect(mostOf(admitted, ({ ticket }) => ticket.key)).toBeLessThanOrEqual(limits.perKey);
        expect(bed.gate.waiting()).toBeLessThanOrEqual(limits.waiting);
      }
      for (let call = bed.calls.find(isAdmitted); call !== undefined; call = bed.calls.find(isAdmitted))
        bed.leave(call);
      expect([bed.gate.inFlight(), bed.gate.waiting()]).toEqual([0, 0]);
    }),
  );
});

const isAdmitted = ({ state }: Call): boolean => state === 'admitted';

type Step =
  | { readonly kind: 'enter'; readonly key: number; readonly host: number }
  | { readonly kind: 'leave'; readonly at: number }
  | { readonly kind: 'learn'; readonly key: number }
  | { readonly kind: 'wait'; readonly ms: number };

function play(bed: Bed, step: Step): void {
  if (step.kind === 'enter') bed.enter(`key ${step.key}`, `host ${step.host}`);
  if (step.kind === 'learn') {
    bed.known.add(`key ${step.key}`);
    bed.gate.promote(`key ${step.key}`);
  }
  if (step.kind === 'wait') {
    bed.now += step.ms;
    bed.gate.expire();
  }
  if (step.kind === 'leave') {
    const admitted = bed.calls.filter(isAdmitted);
    const call = admitted[step.at % Math.max(1, admitted.length)];
    if (call !== undefined) bed.leave(call);
  }
}

function mostOf(calls: readonly Call[], by: (call: Call) => string): number {
  const counts = new Map<string, number>();
  for (const call of calls) counts.set(by(call), (counts.get(by(call)) ?? 0) + 1);
  return Math.max(0, ...counts.values());
}
