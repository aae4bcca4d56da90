import type { ConnectionOptions, SecureVersion } from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import type { TlsSettings } from '../../src/http/server.ts';
import { openRaw } from '../support/http/client.ts';
import { cleanUp, openDoor } from '../support/http/door.ts';

afterEach(cleanUp);

interface Agreed {
  readonly version: string | null;
  readonly cipher: string;
}

/** What server and client agree on; rejects where they do not. */
async function shakeHands(tls: TlsSettings, client: ConnectionOptions): Promise<Agreed> {
  const { socket } = await openRaw(await openDoor({ tls }), client);
  const agreed = { version: socket.getProtocol(), cipher: socket.getCipher().name };
  socket.destroy();
  return agreed;
}

/** A client that speaks this version and no other; the old ones need OpenSSL's security level lowered. */
function only(version: SecureVersion): ConnectionOptions {
  const old = version === 'TLSv1' || version === 'TLSv1.1';
  return { minVersion: version, maxVersion: version, ...(old && { ciphers: 'DEFAULT:@SECLEVEL=0' }) };
}

const VERSIONS = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const;

describe.each(VERSIONS)('a server whose lowest version is %s', (minVersion) => {
  test.each(VERSIONS)('and a client of %s', async (version) => {
    const hands = shakeHands({ minVersion, ciphers: [] }, only(version));
    if (VERSIONS.indexOf(version) < VERSIONS.indexOf(minVersion)) await expect(hands).rejects.toThrow();
    else expect(await hands).toMatchObject({ version });
  });
});

describe('a list of suites', () => {
  const ECDSA_128 = 'ECDHE-ECDSA-AES128-GCM-SHA256';
  const ECDSA_256 = 'ECDHE-ECDSA-AES256-GCM-SHA384';

  test('is what TLS 1.2 is spoken with', async () => {
    const tls: TlsSettings = { minVersion: 'TLSv1.2', ciphers: [ECDSA_128] };
    expect(await shakeHands(tls, only('TLSv1.2'))).toEqual({ version: 'TLSv1.2', cipher: ECDSA_128 });
    await expect(shakeHands(tls, { ...only('TLSv1.2'), ciphers: ECDSA_256 })).rejects.toThrow();
  });

  test('says nothing of TLS 1.3, as in Go', async () => {
    expect(await shakeHands({ minVersion: 'TLSv1.2', ciphers: [ECDSA_128] }, {})).toMatchObject({
      version: 'TLSv1.3',
    });
  });

  test('without effect where TLS 1.3 is the lowest version', async () => {
    const tls: TlsSettings = { minVersion: 'TLSv1.3', ciphers: [ECDSA_128] };
    expect(await shakeHands(tls, {})).toMatchObject({ version: 'TLSv1.3' });
    await expect(shakeHands(tls, only('TLSv1.2'))).rejects.toThrow();
  });

  test('may name suites of TLS 1.3 beside others', async () => {
    const tls: TlsSettings = { minVersion: 'TLSv1.2', ciphers: ['TLS_AES_128_GCM_SHA256', ECDSA_256] };
    expect(await shakeHands(tls, {})).toMatchObject({ version: 'TLSv1.3' });
    expect(await shakeHands(tls, only('TLSv1.2'))).toEqual({ version: 'TLSv1.2', cipher: ECDSA_256 });
  });

  test('holds for old versions, too', async () => {
    const tls: TlsSettings = { minVersion: 'TLSv1', ciphers: ['ECDHE-ECDSA-AES128-SHA'] };
    expect(await shakeHands(tls, only('TLSv1.1'))).toEqual({
      version: 'TLSv1.1',
      cipher: 'ECDHE-ECDSA-AES128-SHA',
    });
  });

  test('of a server that speaks old versions leaves new ones their own suites', async () => {
    const agreed = await shakeHands({ minVersion: 'TLSv1', ciphers: [] }, only('TLSv1.2'));
    expect(agreed.cipher).toMatch(/GCM|CHACHA20/);
  });
});
