import { describe, expect, test } from 'vitest';
import { type PublicJwk, renderDiscovery, renderJwks } from '../../src/issuer/documents.ts';

const RSA: PublicJwk = { kty: 'RSA', kid: 'b', alg: 'RS256', n: 'bg', e: 'AQAB' };
const EC: PublicJwk = { kty: 'EC', kid: 'B', alg: 'ES256', crv: 'P-256', x: 'eA', y: 'eQ' };

describe('the JWKS', () => {
  test('has the members of kube-apiserver in its order, and nothing else', () => {
    expect(renderJwks([RSA])).toBe(
      '{"keys":[{"use":"sig","kty":"RSA","kid":"b","alg":"RS256","n":"bg","e":"AQAB"}]}',
    );
    expect(renderJwks([EC])).toBe(
      '{"keys":[{"use":"sig","kty":"EC","kid":"B","crv":"P-256","alg":"ES256","x":"eA","y":"eQ"}]}',
    );
  });

  test('is the same whatever the order of the keys: by the code units of their ids', () => {
    const keys = [RSA, EC, { ...RSA, kid: 'a' }];
    expect(JSON.parse(renderJwks(keys)).keys.map(({ kid }: PublicJwk) => kid)).toEqual(['B', 'a', 'b']);
    expect(renderJwks(keys.toReversed())).toBe(renderJwks(keys));
  });

  test('of no keys is still a set', () => {
    expect(renderJwks([])).toBe('{"keys":[]}');
  });
});

describe('the discovery document', () => {
  test('has the members of kube-apiserver in its order, with each algorithm once and sorted', () => {
    const keys = [RSA, { ...RSA, kid: 'a' }, EC];
    expect(
      renderDiscovery({ issuer: 'https://oidc.test/one', jwksUri: 'https://oidc.test/one/k', keys }),
    ).toBe(
      '{"issuer":"https://oidc.test/one","jwks_uri":"https://oidc.test/one/k",' +
        '"response_types_supported":["id_token"],"subject_types_supported":["public"],' +
        '"id_token_signing_alg_values_supported":["ES256","RS256"]}',
    );
  });
});
