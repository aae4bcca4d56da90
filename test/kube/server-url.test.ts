import { describe, expect, test } from 'vitest';
import { createDirectAccess } from '../../src/kube/direct.ts';
import { mayCarryCredentials, parseServerUrl, renderServerNotes } from '../../src/kube/server-url.ts';

describe('the address of an API server', () => {
  test.each([
    ['https://10.0.0.1:443', 'https://10.0.0.1'],
    ['https://API.example:6443/', 'https://api.example:6443'],
    ['https://proxy.example/k8s/clusters/c1//', 'https://proxy.example/k8s/clusters/c1'],
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
    ['https://[fd00::1]:6443', 'https://[fd00::1]:6443'],
    // client-go takes a bare host and port as plain http
    ['127.0.0.1:8080', 'http://127.0.0.1:8080'],
    ['localhost:8001', 'http://localhost:8001'],
  ])('%s is %s', (text, server) => {
    expect(parseServerUrl(text, '--kube-api')).toBe(server);
  });

  test.each([
    '',
    ' https://a',
    'https://a\nb',
    'ftp://a',
    'unix:///run/k8s.sock',
    'https://',
    'https:///a',
    'https:\\\\a',
    'https://ａ.example',
    'https://a:99999',
  ])('%j is none', (text) => {
    expect(() => parseServerUrl(text, '--kube-api')).toThrow(
      /^--kube-api: not the address of an API server; write/,
    );
  });

  test('carries no credentials, and the error does not repeat them', () => {
    expect(() => parseServerUrl('https://me:hunter2@a', '--kube-api')).toThrow(
      '--kube-api: the address carries a user name or password; put credentials into a kubeconfig',
    );
  });

  test.each(['https://a/?x=1', 'https://a/#x'])('%s has more than an address', (text) => {
    expect(() => parseServerUrl(text, 'server')).toThrow(
      'server: the address has a query or fragment; leave it out',
    );
  });
});

describe('credentials', () => {
  test.each([
    'https://api.example',
    'http://127.0.0.1:8080',
    'http://127.8.9.10',
    'http://localhost:8001',
    'http://[::1]:8001',
  ])('may travel to %s', (server) => {
    expect(mayCarryCredentials(server)).toBe(true);
  });

  test.each([
    'http://api.example',
    'http://10.0.0.1:8080',
    'http://127.0.0.1.example',
    'http://localhost.example',
    'http://128.0.0.1',
    'http://[::ffff:10.0.0.1]',
    'http://[fd00::1]',
    'http://0.0.0.0',
  ])('may not travel to %s', (server) => {
    expect(mayCarryCredentials(server)).toBe(false);
  });
});

describe('what is said at start', () => {
  test('plain http to another machine: no credential', () => {
    expect(renderServerNotes('http://api.example', false)).toEqual([
      'http://api.example is plain http: no credential is sent to it; redirects are not followed',
    ]);
  });

  test('plain http within this machine: unencrypted credentials', () => {
    expect(renderServerNotes('http://127.0.0.1:8001', false)).toEqual([
      'http://127.0.0.1:8001 is plain http on this machine: credentials are sent unencrypted; redirects are not followed',
    ]);
  });

  test('an unverified certificate', () => {
    expect(renderServerNotes('https://api.example', true)).toEqual([
      'the certificate of https://api.example is not verified, since insecure-skip-tls-verify is set',
    ]);
    expect(renderServerNotes('https://api.example', false)).toEqual([]);
  });
});

describe('access by address alone', () => {
  test('has no credentials and says so', async () => {
    const access = createDirectAccess('http://127.0.0.1:8001/');
    expect(access.server).toBe('http://127.0.0.1:8001');
    expect(await access.authorization()).toBeUndefined();
    expect(access.notes).toEqual([
      'http://127.0.0.1:8001 is plain http: without a kubeconfig there are no credentials to send; redirects are not followed',
    ]);
  });

  test('names its flag in errors', () => {
    expect(() => createDirectAccess('nowhere at all')).toThrow(/^--kube-api: /);
  });
});
