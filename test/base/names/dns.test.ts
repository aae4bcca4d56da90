import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isDnsLabel, isDnsSubdomain } from '../../../src/base/names/dns.ts';

test.each([
  ['a', 'label subdomain'],
  ['0', 'label subdomain'],
  ['kube-system', 'label subdomain'],
  ['a--b', 'label subdomain'],
  ['n'.repeat(63), 'label subdomain'],
  ['n'.repeat(64), 'subdomain'],
  ['n'.repeat(253), 'subdomain'],
  ['n'.repeat(254), ''],
  ['eks.amazonaws.com', 'subdomain'],
  ['a.b-c.0', 'subdomain'],
  ['', ''],
  ['.', ''],
  ['a..b', ''],
  ['.a', ''],
  ['a.', ''],
  ['a.-b', ''],
  ['a-.b', ''],
  ['-a', ''],
  ['a-', ''],
  ['A', ''],
  ['a_b', ''],
  ['a/b', ''],
  ['a\n', ''],
  ['ü', ''],
  ['\u212a', ''],
])('%j is: %s', (text, forms) => {
  const found = [isDnsLabel(text) && 'label', isDnsSubdomain(text) && 'subdomain'];
  expect(found.filter((form) => form !== false).join(' ')).toBe(forms);
});

test('a subdomain is one label or more, each of which is one by itself but for its length', () => {
  const labels = fc.array(fc.oneof(fc.stringMatching(/^[a-z0-9.-]{0,6}$/), fc.string({ maxLength: 3 })), {
    minLength: 1,
    maxLength: 4,
  });
  fc.assert(
    fc.property(labels, (parts) => {
      expect(isDnsSubdomain(parts.join('.'))).toBe(parts.join('.').split('.').every(isDnsLabel));
    }),
    { numRuns: 500 },
  );
});
