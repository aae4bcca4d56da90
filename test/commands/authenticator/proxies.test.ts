import { describe, expect, test } from 'vitest';
import { createFindProxy } from '../../../src/commands/authenticator/proxies.ts';

const HOST = 'sts.eu-west-1.amazonaws.com';
const PROXY = 'http://proxy.example:3128';

describe('the proxy for STS', () => {
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
});
