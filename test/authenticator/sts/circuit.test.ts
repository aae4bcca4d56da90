import { describe, expect, test } from 'vitest';
import { type Circuit, createCircuit } from '../../../src/authenticator/sts/circuit.ts';

function recordMany(
  circuit: Circuit,
  result: 'success' | 'failure' | 'neutral',
  times: number,
  now = 0,
): void {
  for (let count = 0; count < times; count += 1) circuit.record(result, now);
}

describe('a circuit', () => {
  test('opens at half of twenty calls, not before', () => {
    const circuit = createCircuit();
    recordMany(circuit, 'failure', 19);
    expect(circuit.isOpen()).toBe(false);
    circuit.record('failure', 0);
    expect(circuit.isOpen()).toBe(true);
  });

  test('stays closed where less than half fails', () => {
    const circuit = createCircuit();
    recordMany(circuit, 'success', 60);
    recordMany(circuit, 'failure', 59);
    expect(circuit.isOpen()).toBe(false);
    circuit.record('failure', 0);
    expect(circuit.isOpen()).toBe(true);
  });

  test('forgets what is ten seconds ago', () => {
    const circuit = createCircuit();
    recordMany(circuit, 'failure', 19, 0);
    circuit.record('failure', 10_000);
    expect(circuit.isOpen()).toBe(false);
    recordMany(circuit, 'failure', 18, 11_000);
    expect(circuit.isOpen()).toBe(false);
    circuit.record('failure', 12_000);
    expect(circuit.isOpen()).toBe(true);
  });

  test('is not opened by what any caller can bring about, nor kept shut by it', () => {
    const circuit = createCircuit();
    recordMany(circuit, 'neutral', 10_000);
    expect(circuit.isOpen()).toBe(false);
    recordMany(circuit, 'failure', 20);
    expect(circuit.isOpen()).toBe(true);
  });

  test('lets one call a second through while it is open, and closes at any sign of life', () => {
    const circuit = createCircuit();
    recordMany(circuit, 'failure', 20);
    expect([0, 500, 999].map((now) => circuit.admit(now))).toEqual([false, false, false]);
    expect([1_000, 1_001, 1_999, 2_000].map((now) => circuit.admit(now))).toEqual([true, false, false, true]);
    circuit.record('failure', 2_100);
    expect(circuit.isOpen()).toBe(true);
    circuit.record('neutral', 2_200);
    expect(circuit.isOpen()).toBe(false);
    expect(circuit.admit(2_201)).toBe(true);
    circuit.record('failure', 2_202);
    expect(circuit.isOpen()).toBe(false);
  });
});
