import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BodyAssembly } from '../../src/http/body.ts';

const LIMIT = 7 * 1024 * 1024;
const chunks = fc.array(fc.uint8Array({ minLength: 1, maxLength: 40_000 }), { maxLength: 12 });

test.each(['declared', 'in chunks'])('a body whose length is %s is what came, in order', (kind) => {
  fc.assert(
    fc.property(chunks, (parts) => {
      const sent = Buffer.concat(parts);
      const assembly = new BodyAssembly(kind === 'declared' ? sent.length : undefined);
      let size = 0;
      for (const part of parts) {
        size += part.length;
        const capacity = assembly.toCapacity(size, LIMIT);
        expect(capacity).toBeGreaterThanOrEqual(size);
        expect(capacity).toBeLessThanOrEqual(Math.max(2 * size, 16 * 1024));
        assembly.add(Buffer.from(part), capacity);
      }
      expect(assembly.take().equals(sent)).toBe(true);
    }),
  );
});

test('one that comes in a single piece is not copied', () => {
  const chunk = Buffer.from('whole');
  const assembly = new BodyAssembly(5);
  assembly.add(chunk, assembly.toCapacity(5, LIMIT));
  expect(assembly.take().buffer).toBe(chunk.buffer);
});

test('a million single bytes are a megabyte, not a million pieces', () => {
  const assembly = new BodyAssembly(undefined);
  let capacity = 0;
  for (let size = 1; size <= 1_000_000; size += 1) {
    capacity = assembly.toCapacity(size, LIMIT);
    assembly.add(Buffer.of(size & 0xff), capacity);
  }
  expect(capacity).toBe(1024 * 1024);
  expect(assembly.take().length).toBe(1_000_000);
});

test('what was copied, and what nobody wants any more, is given back at once', () => {
  const assembly = new BodyAssembly(undefined);
  const own = Buffer.allocUnsafeSlow(5_000);
  assembly.add(own, assembly.toCapacity(5_000, LIMIT));
  expect(own.length).toBe(0);
  // It stands in memory that others use as well.
  const shared = Buffer.allocUnsafeSlow(10_000).subarray(5_000);
  assembly.add(shared, assembly.toCapacity(10_000, LIMIT));
  expect(shared.length).toBe(5_000);
  assembly.drop();
  expect(assembly.take().length).toBe(0);
});
