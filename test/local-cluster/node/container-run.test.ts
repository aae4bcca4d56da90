import { expect, test } from 'vitest';
import { createOutput } from '../../../src/local-cluster/node/container-run.ts';

test('what a program writes is kept up to a bound, and the rest is counted', () => {
  const output = createOutput(5);
  output.push(Buffer.from('abc'));
  expect(output.text()).toBe('abc');
  output.push(Buffer.from('defgh'));
  output.push(Buffer.from('ij'));
  expect(output.text()).toBe('abcde\n[5 bytes more]\n');
});
