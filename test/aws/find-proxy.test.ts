import { describe, expect, test } from 'vitest';
import { createFindProxy } from '../../src/aws/find-proxy.ts';

const HOST = 'sts.eu-west-1.amazonaws.com';
const PROXY = 'http://proxy.example:3128';

describe('the proxy for calls', () => {
  test.each([
    [{}, undefined],
    [{ HTTPS_PROXY: '' }, undefined],
    [{ HTTPS_PROXY: PROXY }, { host: 'proxy.example', port: 3128, secure: false }],
    [{ https_proxy: PROXY }, { host: 'proxy.example', port: 3128, secure: false }],
    [
      { HTTPS_PROXY: PROXY, https_proxy: 'other:1' },
      { host: 'proxy.example', port: 3128, secure: false },
    ],
    [{ HTTPS_PROXY: 'proxy.example' }, { host: 'proxy.example', port: 80, secure: false }],
    [{ HTTPS_PROXY: 'https://proxy.example' }, { host: 'proxy.example', port: 443, secure: true }],
    [{ HTTPS_PROXY: 'http://[::1]:8080' }, { host: '::1', port: 8080, secure: false }],
    [
      { HTTPS_PROXY: 'http://me:p%40ss@proxy.example:1' },
      { host: 'proxy.example', port: 1, secure: false, authorization: 'Basic bWU6cEBzcw==' },
    ],
  ])('by %j', (variables, expected) => {
    expect(createFindProxy(variables)(HOST)).toEqual(expected);
  });

  test.each([
    ['*', false],
    [HOST, false],
    ['amazonaws.com', false],
    ['.amazonaws.com', false],
    ['*.amazonaws.com', false],
    ['internal, AMAZONAWS.com ', false],
    ['amazonaws.com:443', false],
    ['amazonaws.com:8443', true],
    ['onaws.com', true],
    [`.${HOST}`, true],
    ['10.0.0.0/8', true],
    ['', true],
    [',', true],
  ])('with NO_PROXY=%s is used: %s', (without, isUsed) => {
    const find = createFindProxy({ HTTPS_PROXY: PROXY, NO_PROXY: without });
    expect(find(HOST) !== undefined).toBe(isUsed);
  });

  test.each([
    ['localhost', '', false],
    ['127.0.0.1', '', false],
    ['127.1.2.3', '', false],
    ['[::1]', '', false],
    ['127.example.com', '', true],
    ['10.1.2.3', '10.0.0.0/8', false],
    ['11.1.2.3', '10.0.0.0/8', true],
    ['10.1.2.3', '10.1.2.3', false],
    ['10.1.2.3', '10.1.2.3:8443', true],
    ['10.1.2.3', '10.1.2.33', true],
    ['[fd00::1]', 'fd00::/8', false],
    ['[fd00::1]', 'fd00::1', false],
    ['[fd00::1]', '[fd00::1]:443', false],
    ['[fd00::1]', '::ffff:0:0/96', true],
    ['10.1.2.3', '::ffff:0:0/96', true],
    ['10.1.2.3', '10.0.0.0/33', true],
    ['STS.Example.COM', 'example.com', false],
  ])('for %s with NO_PROXY=%s is used: %s', (host, without, isUsed) => {
    const find = createFindProxy({ HTTPS_PROXY: PROXY, NO_PROXY: without });
    expect(find(host) !== undefined).toBe(isUsed);
  });

  test('for another port is used where NO_PROXY names the one', () => {
    const find = createFindProxy({ HTTPS_PROXY: PROXY, NO_PROXY: `${HOST}:443` });
    expect([find(HOST), find(HOST, 8443) !== undefined]).toEqual([undefined, true]);
  });

  test.each(['socks5://proxy.example:1080', 'ftp://proxy.example', 'http://', 'http://%zz:x@proxy.example'])(
    'that is none, %s, is a mistake once it would be used, and not before',
    (text) => {
      const find = createFindProxy({ HTTPS_PROXY: text, NO_PROXY: 'internal' });
      expect(find('sts.internal')).toBeUndefined();
      expect(() => find(HOST)).toThrow(/^HTTPS_PROXY is no URL of an HTTP proxy: [^%@]*$/);
    },
  );
});
