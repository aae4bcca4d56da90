import { describe, expect, test } from 'vitest';
import type { ApiAccess } from '../../src/kube/access.ts';
import { toRequestOptions } from '../../src/kube/request.ts';

function createAccess(server: string): ApiAccess & { asked: number } {
  const access = {
    server,
    ca: 'the CA',
    clientCertificate: { cert: 'the certificate', key: 'the key' },
    serverName: 'kube.test',
    asked: 0,
    authorization: async () => {
      access.asked += 1;
      return 'Bearer secret';
    },
    notes: [],
  };
  return access;
}

describe('what goes out with a request', () => {
  test('over TLS: token, client certificate, and whom to trust', async () => {
    const options = await toRequestOptions(
      createAccess('https://api.example:6443/base'),
      '/api/v1/x?limit=1',
      'a/b',
    );
    expect(options).toEqual({
      protocol: 'https:',
      hostname: 'api.example',
      port: '6443',
      path: '/base/api/v1/x?limit=1',
      method: 'GET',
      headers: { accept: 'a/b', 'user-agent': 'iam-bridge', authorization: 'Bearer secret' },
      rejectUnauthorized: true,
      ca: 'the CA',
      servername: 'kube.test',
      cert: 'the certificate',
      key: 'the key',
    });
  });

  test.each(['http://api.example', 'http://10.0.0.1:8080', 'http://localhost.example'])(
    'to %s: no credential, nor is any asked for',
    async (server) => {
      const access = createAccess(server);
      const options = await toRequestOptions(access, '/api', 'a/b');
      expect(options.headers).toEqual({ accept: 'a/b', 'user-agent': 'iam-bridge' });
      expect(JSON.stringify(options)).not.toMatch(/secret|the certificate|the key/);
      expect(access.asked).toBe(0);
    },
  );

  test.each(['http://127.0.0.1:8080', 'http://localhost', 'http://[::1]:8080'])(
    'to %s: the token, but no certificate, as there is no TLS to show it in',
    async (server) => {
      const options = await toRequestOptions(createAccess(server), '/api', 'a/b');
      expect(options.headers).toMatchObject({ authorization: 'Bearer secret' });
      expect(options).not.toHaveProperty('cert');
      expect(options).not.toHaveProperty('key');
    },
  );

  test('an IPv6 host loses its brackets', async () => {
    const options = await toRequestOptions(createAccess('https://[fd00::1]:6443'), '/api', 'a/b');
    expect(options).toMatchObject({ hostname: 'fd00::1', port: '6443', path: '/api' });
  });

  test('only skipTlsVerify turns verification off', async () => {
    const access = { ...createAccess('https://a.example'), skipTlsVerify: true };
    expect((await toRequestOptions(access, '/', 'a/b')).rejectUnauthorized).toBe(false);
  });
});
