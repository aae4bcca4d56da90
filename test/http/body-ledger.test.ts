import { describe, expect, test } from 'vitest';
import { KIB, LedgerRig, MIB } from '../support/http/ledger-bodies.ts';

describe('room', () => {
  test('is set aside by the length that was declared, and free once the body is answered', () => {
    const { ledger, ...rig } = new LedgerRig();
    const body = new LedgerRig().create('unused');
    expect(ledger.ask(body, 4_000)).toBe('granted');
    expect(ledger.reserved).toBe(4_000);
    body.complete = true;
    expect(ledger.reserved).toBe(4_000);
    ledger.release(body);
    ledger.release(body);
    expect([ledger.reserved, ledger.idle]).toEqual([0, true]);
    expect(rig.reasons).toEqual([]);
  });

  test('is made for a small body by the longest-unfinished one, one after the other', () => {
    const rig = new LedgerRig(8 * MIB);
    for (const name of ['a', 'b', 'c', 'd']) rig.ask(name, 2 * MIB);
    expect(rig.ask('small', 256 * KIB).answer).toBe('granted');
    expect(rig.read()).toEqual(['a cut']);
    expect(rig.reasons).toEqual(['displaced']);
    expect(rig.ledger.reserved).toBe(6 * MIB + 256 * KIB);
  });

  test('is made by a complete body only where all are complete', () => {
    const rig = new LedgerRig(8 * MIB);
    const [first, second] = ['a', 'b'].map((name) => rig.ask(name, 4 * MIB).body);
    if (first !== undefined) first.complete = true;
    rig.ask('c', 1);
    expect(rig.read()).toEqual(['b cut']);
    expect(second?.reserved).toBe(0);
    const { body } = rig.ask('d', 4 * MIB - 1);
    body.complete = true;
    for (const name of ['e', 'f']) rig.ask(name, 1).body.complete = true;
    expect(rig.read()).toEqual(['c cut', 'a cut']);
  });

  test('is for others again where of a body little is kept until its answer', () => {
    const rig = new LedgerRig(8 * MIB);
    const { body } = rig.ask('first', 7 * MIB);
    expect(rig.ask('second', 7 * MIB).answer).toBe('waits');
    body.complete = true;
    rig.ledger.settle(body, 16 * KIB);
    expect(rig.read()).toEqual(['second granted']);
    expect(rig.ledger.reserved).toBe(7 * MIB + 16 * KIB);
    rig.ledger.settle(body, MIB);
    expect(body.reserved).toBe(16 * KIB);
    rig.ledger.release(body);
    rig.ledger.settle(body, 0);
    expect(rig.ledger.reserved).toBe(7 * MIB);
  });

  test('is shared by bodies in chunks as they grow', () => {
    const rig = new LedgerRig(8 * MIB);
    const { body } = rig.ask('chunked', 0);
    for (const size of [16 * KIB, 64 * KIB, 256 * KIB, MIB]) {
      expect(rig.ledger.ask(body, size)).toBe('granted');
      expect(rig.ledger.reserved).toBe(size);
    }
    rig.ask('whole', 7 * MIB);
    expect(rig.ledger.ask(body, 2 * MIB)).toBe('waits');
    expect(rig.ledger.reserved).toBe(8 * MIB);
  });
});

describe('large bodies', () => {
  test('wait where there is no room, first come first served', () => {
    const rig = new LedgerRig(8 * MIB);
    const { body } = rig.ask('first', 7 * MIB);
    expect(rig.ask('second', 7 * MIB).answer).toBe('waits');
    // There would be room for it, but it came later.
    expect(rig.ask('third', 300 * KIB).answer).toBe('waits');
    expect(rig.ledger.waiting).toBe(2);
    rig.ledger.release(body);
    expect(rig.read()).toEqual(['second granted', 'third granted']);
  });

  test('are 64 at most to wait; the next is refused at once', () => {
    const rig = new LedgerRig(8 * MIB);
    rig.ask('holder', 8 * MIB);
    for (let index = 0; index < 64; index += 1) expect(rig.ask(`${index}`, MIB).answer).toBe('waits');
    expect(rig.ask('one too many', MIB).answer).toBe('refused');
    expect(rig.reasons).toEqual(['queue-full']);
    expect(rig.ask('small', 1).answer).toBe('granted');
  });

  test('wait for as long as their callers do, and are refused then', () => {
    const rig = new LedgerRig(8 * MIB, 600_000);
    const { body } = rig.ask('holder', 8 * MIB);
    rig.ask('hasty', MIB, 2_000);
    rig.ask('patient', MIB, 10_000);
    body.complete = true;
    rig.pass(2_000);
    expect(rig.read()).toEqual([]);
    rig.pass(500);
    expect(rig.read()).toEqual(['hasty refused']);
    rig.pass(8_000);
    expect(rig.read()).toEqual(['patient refused']);
    expect(rig.reasons).toEqual(['waited', 'waited']);
    expect(rig.ledger.reserved).toBe(8 * MIB);
  });

  test('leave the queue when their callers go', () => {
    const rig = new LedgerRig(8 * MIB);
    rig.ask('holder', 8 * MIB);
    const { body } = rig.ask('gone', 7 * MIB);
    rig.ledger.release(body);
    expect(rig.ledger.waiting).toBe(0);
  });

  test('that hold a part while they wait are displaced like others', () => {
    const rig = new LedgerRig(8 * MIB);
    const { body } = rig.ask('part', 2 * MIB);
    rig.ask('rest', 6 * MIB);
    expect(rig.ledger.ask(body, 4 * MIB)).toBe('waits');
    rig.ask('small', 1);
    expect(rig.read()).toEqual(['part cut']);
    expect(rig.ledger.waiting).toBe(0);
  });

  test('get the room that is left when one of them was displaced', () => {
    const rig = new LedgerRig(8 * MIB);
    rig.ask('a', 7 * MIB);
    rig.ask('b', MIB);
    rig.ask('c', 4 * MIB);
    rig.ask('small', 1);
    expect(rig.read()).toEqual(['a cut', 'c granted']);
  });
});

describe('time', () => {
  test('cuts off who sends less than 64 KiB a second over two seconds', () => {
    const rig = new LedgerRig();
    const slow = rig.ask('slow', MIB).body;
    const steady = rig.ask('steady', MIB).body;
    rig.pass(500);
    for (let half = 0; half < 4; half += 1) {
      slow.received += 32 * KIB - 1;
      steady.received += 32 * KIB;
      rig.pass(500);
    }
    expect(rig.read()).toEqual(['slow cut']);
    expect(rig.reasons).toEqual(['slow']);
    rig.pass(2_000);
    expect(rig.read()).toEqual(['steady cut']);
  });

  test('cuts off a small body that stands still', () => {
    const rig = new LedgerRig();
    rig.ask('still', 4_000);
    rig.pass(2_000);
    expect(rig.read()).toEqual([]);
    rig.pass(500);
    expect(rig.read()).toEqual(['still cut']);
  });

  test('cuts off who is fast enough and takes too long all the same', () => {
    const rig = new LedgerRig(32 * MIB, 15_000);
    const { body } = rig.ask('long', 7 * MIB);
    for (let half = 0; half < 31; half += 1) {
      body.received += 40 * KIB;
      rig.pass(500);
    }
    expect(rig.reasons).toEqual(['late']);
  });

  test('does not pass for who waits, neither for its pace nor for its end', () => {
    const rig = new LedgerRig(8 * MIB, 3_000);
    const { body } = rig.ask('part', 2 * MIB);
    const holder = rig.ask('holder', 6 * MIB).body;
    holder.complete = true;
    rig.ledger.ask(body, 4 * MIB);
    rig.pass(9_000);
    expect(rig.read()).toEqual([]);
    rig.ledger.release(holder);
    expect(rig.read()).toEqual(['part granted']);
    rig.pass(2_000);
    expect(rig.read()).toEqual([]);
    rig.pass(500);
    expect(rig.read()).toEqual(['part cut']);
  });

  test('is not counted for a body that is complete', () => {
    const rig = new LedgerRig();
    rig.ask('judged', 4_000).body.complete = true;
    rig.pass(60_000);
    expect(rig.read()).toEqual([]);
  });
});
