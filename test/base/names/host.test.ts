import { describe, expect, test } from 'vitest';
import { isAddress, isHost, isUnspecified, toUrlHost } from '../../../src/base/names/host.ts';

describe('a host', () => {
  test.each([
    ['localhost', true],
    ['a.example', true],
    ['A.Example', true],
    ['127.0.0.1', true],
    ['::1', true],
    ['fe80::1', true],
    ['', false],
    ['a b', false],
    ['[::1]', false],
    ['a..b', false],
    ['a:80', false],
    ['-a', false],
    ['a'.repeat(64), false],
    ['https://a', false],
  ])('%s is one: %s', (text, expected) => {
    expect(isHost(text)).toBe(expected);
  });

  test.each([
    ['0.0.0.0', true],
    ['::', true],
    ['0:0:0:0:0:0:0:0', true],
    ['::1', false],
    ['127.0.0.1', false],
    ['localhost', false],
  ])('%s is every address: %s', (address, expected) => {
    expect(isUnspecified(address)).toBe(expected);
  });

  test('stands in brackets in a URL where it is an IPv6 address', () => {
    expect(['::1', '127.0.0.1', 'a.example'].map(toUrlHost)).toEqual(['[::1]', '127.0.0.1', 'a.example']);
    expect(['::1', '127.0.0.1', 'a.example'].map(isAddress)).toEqual([true, true, false]);
  });
});
