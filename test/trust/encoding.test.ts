import { describe, expect, test } from 'vitest';
import { readTrustPolicy } from '../../src/trust/policy.ts';
import { policy, read, statement } from '../support/trust/base.ts';

const json = JSON.stringify(policy(statement({ Sid: 'A' })), null, 1);
/** As IAM's API has it: everything but the unreserved characters of RFC 3986, and the slash. */
const encoded = encodeURIComponent(json).replaceAll('%2F', '/');

describe('a policy that is URL-encoded is read, and said to be', () => {
  test.each([
    ['as IAM has it', encoded],
    ['with every reserved character', encodeURIComponent(json)],
    ['in lower case', encoded.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())],
    ['as forms have it', encoded.replaceAll('%20', '+')],
    ['with white space around', `\n  ${encoded}\n`],
    ['with white space in front that is encoded, too', `%0A%20${encoded}`],
    ['with a byte order mark that is encoded, too', `%EF%BB%BF${encoded}`],
    ['within quotes', `"${encoded}"\n`],
    ['with braces and quotes encoded only', json.replace(/[{}"]/g, encodeURIComponent)],
    ['on one line', encodeURIComponent(JSON.stringify(JSON.parse(json)))],
  ])('%s', (_, text) => {
    expect(readTrustPolicy(text)).toMatchObject({
      kind: 'policy',
      policy: { statements: [{ sid: 'A' }], size: read(json).size },
      source: { remark: expect.stringContaining('URL-encoded') },
    });
  });

  test('with places in what it stands for', () => {
    const text = encodeURIComponent(json.replace('"Allow"', '"allow"'));
    expect(readTrustPolicy(text)).toMatchObject({
      kind: 'invalid',
      problems: [{ pointer: '/Statement/0/Effect' }],
      source: { text: json.replace('"Allow"', '"allow"') },
    });
  });
});

test('a policy that is a JSON string is read, and said to be', () => {
  expect(readTrustPolicy(JSON.stringify(json))).toMatchObject({
    kind: 'policy',
    source: { remark: expect.stringContaining('within quotes') },
  });
});

describe('what is none of these is taken as it is', () => {
  test('a policy with percent signs and plus signs of its own', () => {
    const plain = JSON.stringify(policy(statement({ Condition: { StringEquals: { 'a:b': '%7B+%20' } } })));
    const reading = readTrustPolicy(plain);
    expect(reading.source).toEqual({ text: plain });
    expect(reading).toMatchObject({ policy: { statements: [{ conditions: [{ values: ['%7B+%20'] }] }] } });
  });

  test.each([
    ['cut in the middle of a character', encoded.slice(0, encoded.lastIndexOf('%') + 2)],
    ['no UTF-8', '%7B%FF%7D'],
    ['an encoded list', '%5B%5D'],
    ['a text', '"hello"'],
    ['quotes that do not end', '"{'],
    ['longer than any', `%7B${'%20'.repeat(100_000)}%7D`],
  ])('%s', (_, text) => {
    expect(readTrustPolicy(text)).toMatchObject({ kind: 'invalid', source: { text } });
  });
});
