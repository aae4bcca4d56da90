import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isCidr, matchCidr } from '../../src/trust/match/cidr.ts';
import { matchArn, matchGlob, runGlob, toGlob } from '../../src/trust/match/glob.ts';
import { matchDate, matchNumber } from '../../src/trust/match/order.ts';

/** The definition, tried out in every way: exponential, and so for short texts only. */
function matchSlowly(pattern: string, text: string): boolean {
  if (pattern === '') return text === '';
  const [first, rest] = [pattern.charAt(0), pattern.slice(1)];
  if (first === '*') {
    return matchSlowly(rest, text) || (text !== '' && matchSlowly(pattern, text.slice(1)));
  }
  return text !== '' && (first === '?' || first === text.charAt(0)) && matchSlowly(rest, text.slice(1));
}

describe('a pattern', () => {
  const cases: [string, string, boolean][] = [
    ['*', '', true],
    ['?', '', false],
    ['', '', true],
    ['', 'a', false],
    ['system:serviceaccount:*', 'system:serviceaccount:a:b', true],
    ['a*', 'b', false],
    ['*:s3-*', 'system:serviceaccount:demo:s3-echoer', true],
    ['**a**', 'bab', true],
    ['?', '😀', true],
    ['a.c', 'abc', false],
    ['[a]', 'a', false],
  ];
  test.each(cases)('%j on %j: %j', (pattern, text, matches) => {
    expect(matchGlob(toGlob(pattern), text)).toBe(matches);
  });

  const letters = (most: number): fc.Arbitrary<string> =>
    fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: most });
  test('matches as its definition says', () => {
    fc.assert(
      fc.property(
        letters(8),
        fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 10 }),
        (pattern, text) => {
          expect(matchGlob(toGlob(pattern), text)).toBe(matchSlowly(pattern, text));
        },
      ),
      { numRuns: 200 },
    );
  });

  test('matches as its definition says across the words of the bit set', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 25, max: 70 }),
        letters(5),
        fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 6 }),
        (length, end, tail) => {
          const run = 'x'.repeat(length);
          expect(matchGlob(toGlob(run + end), run + tail)).toBe(matchSlowly(end, tail));
          expect(matchGlob(toGlob(`*${run}${end}`), `yy${run}${tail}`)).toBe(matchSlowly(end, tail));
        },
      ),
      { numRuns: 50 },
    );
  });

  test.each([
    ['stars and letters', '*a'.repeat(1_000)],
    ['a long tail', `*${'a'.repeat(2_000)}b`],
    ['stars and question marks', '*?'.repeat(1_000)],
    ['stars alone', '*'.repeat(2_000)],
  ])('takes a step for each character of the text and every 32 of the pattern at most: %s', (_, pattern) => {
    const text = 'a'.repeat(20_000);
    const { steps } = runGlob(toGlob(pattern), text);
    expect(steps).toBeLessThanOrEqual(text.length * Math.ceil((pattern.length + 1) / 32));
  });
});

function readDotted(text: string): bigint | undefined {
  if (!/^(0|[1-9][0-9]{0,2})(\.(0|[1-9][0-9]{0,2})){3}$/.test(text)) return undefined;
  const bytes = text.split('.').map(BigInt);
  return bytes.every((byte) => byte < 256n) ? bytes.reduce((sum, byte) => sum * 256n + byte) : undefined;
}

/** RFC 4291 section 2.2: whatever number of zeros makes eight groups of it is what `::` stands for. */
function readSlowly(text: string): { readonly width: number; readonly value: bigint } | undefined {
  const v4 = readDotted(text);
  if (v4 !== undefined) return { width: 32, value: v4 };
  const hex = text.replace(/(?<=:)[0-9.]+$/, (tail) => {
    const value = readDotted(tail);
    return value === undefined ? tail : `${(value >> 16n).toString(16)}:${(value & 0xffffn).toString(16)}`;
  });
  const [head = '', tail, ...more] = hex.split('::');
  if (more.length > 0) return undefined;
  for (let zeros = 1; zeros <= 8; zeros += 1) {
    const parts = tail === undefined ? [head] : [head, ...Array.from({ length: zeros }, () => '0'), tail];
    const whole = parts.filter((part) => part !== '').join(':');
    if (!/^[0-9a-f]{1,4}(:[0-9a-f]{1,4}){7}$/i.test(whole)) continue;
    const groups = whole.split(':').map((group) => BigInt(`0x${group}`));
    return { width: 128, value: groups.reduce((sum, group) => sum * 65_536n + group) };
  }
  return undefined;
}

describe('an address range', () => {
  const cases: [string, string, boolean][] = [
    ['198.51.100.7', '198.51.100.7', true],
    ['198.51.100.0/24', '198.51.100.255', true],
    ['198.51.100.0/24', '198.51.101.0', false],
    ['198.51.100.128/25', '198.51.100.127', false],
    ['0.0.0.0/0', '203.0.113.1', true],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['::/0', '203.0.113.1', false],
    ['::/0', '2001:db8::1', true],
    ['2001:db8::/33', '2001:db8:7fff::1', true],
    ['2001:db8::/33', '2001:db8:8000::1', false],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1', true],
    ['::ffff:198.51.100.7', '::ffff:c633:6407', true],
    ['198.51.100.7/33', '198.51.100.7', false],
    ['198.51.100.7/', '198.51.100.7', false],
    ['198.51.100.07', '198.51.100.7', false],
    ['198.51.100', '198.51.100.0', false],
    ['1:2:3:4:5:6:7:8:9', '::1', false],
    ['1::2::3', '1::2', false],
    ['1:2:3:4:5:6:7::8', '1:2:3:4:5:6:7:8', false],
    ['1.2.3.4::', '102:304::', false],
    [':', '::', false],
  ];
  test.each(cases)('%s and %s: %j', (range, address, matches) => {
    expect(matchCidr(range, address)).toBe(matches);
  });

  test('of v4 holds what arithmetic says', () => {
    const byte = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(
        fc.tuple(byte, byte, byte, byte),
        fc.tuple(byte, byte, byte, byte),
        fc.integer({ min: 0, max: 32 }),
        (net, host, bits) => {
          const toNumber = (bytes: readonly number[]): bigint =>
            bytes.reduce((sum, one) => sum * 256n + BigInt(one), 0n);
          const shift = BigInt(32 - bits);
          expect(matchCidr(`${net.join('.')}/${bits}`, host.join('.'))).toBe(
            toNumber(net) >> shift === toNumber(host) >> shift,
          );
        },
      ),
      { numRuns: 200 },
    );
  });

  const groups = fc.array(fc.constantFrom('0', '1', 'ff', 'FfFf', '0db8', '12345', 'g', ''), {
    maxLength: 9,
  });
  const bytes = fc.array(fc.constantFrom('0', '9', '127', '255', '256', '01', ''), {
    minLength: 3,
    maxLength: 5,
  });
  const junk = fc.array(fc.constantFrom('0', 'a', ':', '::', '.', '%1', ' ', '-', '1.2.3.4', '\n'), {
    maxLength: 12,
  });
  const written = fc.oneof(
    groups.map((list) => list.join(':')),
    fc.tuple(groups, groups).map((both) => both.map((list) => list.join(':')).join('::')),
    bytes.map((list) => list.join('.')),
    fc.tuple(groups, bytes).map(([head, tail]) => `${head.join(':')}:${tail.join('.')}`),
    junk.map((list) => list.join('')),
  );

  test('has an address that another reader takes for one', () => {
    fc.assert(
      fc.property(written, (text) => {
        expect(isCidr(text)).toBe(readSlowly(text) !== undefined);
        expect(matchCidr(text, text)).toBe(readSlowly(text) !== undefined);
      }),
      { numRuns: 2_000 },
    );
  });

  const words = fc.array(fc.constantFrom(0, 1, 0x8000, 0xffff), { minLength: 8, maxLength: 8 });
  const v6 = words.map((list) => list.map((word) => word.toString(16)).join(':'));
  const v4 = fc
    .array(fc.integer({ min: 0, max: 255 }), { minLength: 4, maxLength: 4 })
    .map((list) => list.join('.'));
  const mapped = v4.map((text) => `::ffff:${text}`);
  const address = fc.oneof(v6, v4, mapped);

  test('of either family holds what arithmetic says, and nothing of the other', () => {
    fc.assert(
      fc.property(address, address, fc.nat(128), fc.boolean(), (base, other, bits, isNear) => {
        const asked = isNear ? base.replace(/.$/, (last) => (last === '0' ? '1' : '0')) : other;
        const [network, host] = [readSlowly(base), readSlowly(asked)];
        if (network === undefined || host === undefined) throw new Error('no address');
        const shift = BigInt(Math.max(network.width - bits, 0));
        const holds =
          bits <= network.width &&
          network.width === host.width &&
          network.value >> shift === host.value >> shift;
        expect(matchCidr(`${base}/${bits}`, asked)).toBe(holds);
      }),
      { numRuns: 2_000 },
    );
  });

  test('is told from what is none', () => {
    expect(['10.0.0.0/8', '::1', '10.0.0.0/64', '10.0.0.256', 'x', '10.0.0.0/8/8'].map(isCidr)).toEqual([
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
  });
});

describe('an ARN pattern', () => {
  const cases: [string, string, boolean][] = [
    ['arn:aws:iam::*:role/x', 'arn:aws:iam::111122223333:role/x', true],
    ['arn:aws:iam::*', 'arn:aws:iam::111122223333:role/x', false],
    ['arn:*:iam::111122223333:role/*', 'arn:aws-cn:iam::111122223333:role/a:b', true],
    ['*', 'arn:aws:iam::111122223333:role/x', false],
    ['*', 'system:serviceaccount:demo:s3-echoer', false],
    ['*:*:*:*:*:*', 'a:b:c:d:e:f', false],
  ];
  test.each(cases)('%s on %s: %j', (pattern, text, matches) => {
    expect(matchArn(toGlob(pattern), text)).toBe(matches);
  });
});

describe('numbers and dates', () => {
  test.each([
    ['3600', '3600', '=', true],
    ['3600', '3600.0', '=', true],
    ['3600', '900', '<', true],
    ['3600', '3600', '<', false],
    ['3600', '3601', '>', true],
    ['1e3', '1000', '=', false],
    ['x', 'x', '=', false],
    ['', '0', '=', false],
  ] as const)('number %s against %s %s: %j', (expected, actual, relation, holds) => {
    expect(matchNumber(expected, actual, relation)).toBe(holds);
  });

  test.each([
    ['2026-10-01T12:00:00Z', '2026-10-01T12:00:00.000Z', '=', true],
    ['2026-10-01T14:00:00+02:00', '2026-10-01T12:00:00.000Z', '=', true],
    ['2026-10-01', '2026-10-01T12:00:00.000Z', '<', false],
    ['1790856000', '2026-10-01T12:00:00.000Z', '=', true],
    ['2026', '2026-10-01T12:00:00.000Z', '>', true],
    ['2026-13-01', '2026-10-01T12:00:00.000Z', '<', false],
    ['yesterday', '2026-10-01T12:00:00.000Z', '>', false],
    ['2026-02-30', '2026-03-02T00:00:00.000Z', '=', false],
    ['2026-02-30T00:00:00Z', '2026-10-01T12:00:00.000Z', '>', false],
    ['2026-02-28', '2026-10-01T12:00:00.000Z', '>', true],
  ] as const)('date %s against %s %s: %j', (expected, actual, relation, holds) => {
    expect(matchDate(expected, actual, relation)).toBe(holds);
  });
});
