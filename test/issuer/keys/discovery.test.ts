import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readDiscovery, toDiscoveryUrl } from '../../../src/issuer/keys/discovery.ts';

const issuer = 'https://issuer.example/id/a';
const document = {
  issuer,
  jwks_uri: 'https://issuer.example/id/a/keys',
  response_types_supported: ['id_token'],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['RS256'],
};

function read(change: object, allowedHosts: readonly string[] = []) {
  return readDiscovery(JSON.stringify({ ...document, ...change }), issuer, { allowedHosts });
}

test.each([
  ['https://issuer.example', 'https://issuer.example/.well-known/openid-configuration'],
  ['https://issuer.example/', 'https://issuer.example/.well-known/openid-configuration'],
  ['https://issuer.example/id/A', 'https://issuer.example/id/A/.well-known/openid-configuration'],
  ['https://issuer.example/id/', 'https://issuer.example/id/.well-known/openid-configuration'],
  ['https://issuer.example/id//', 'https://issuer.example/id//.well-known/openid-configuration'],
  ['https://Issuer.example', 'https://Issuer.example/.well-known/openid-configuration'],
])('the discovery document of %s is at %s', (from, to) => {
  expect(toDiscoveryUrl(from)).toBe(to);
});

describe('a document is taken', () => {
  test('as kube-apiserver writes it', () => {
    expect(read({})).toEqual({
      kind: 'discovery',
      issuer,
      jwksUri: 'https://issuer.example/id/a/keys',
      elsewhere: false,
      document,
      lacking: [],
      remarks: [],
    });
  });

  test.each<[string, object, string[]]>([
    ['keys at an allowed host', { jwks_uri: 'https://keys.example/k' }, ['keys.example']],
    ['keys at an allowed port', { jwks_uri: 'https://keys.example:8443/k' }, ['keys.example:8443']],
    ['the standard port', { jwks_uri: 'https://issuer.example:443/k' }, []],
  ])('with %s', (_, change, allowedHosts) => {
    expect(read(change, allowedHosts)).toMatchObject({ kind: 'discovery', lacking: [], remarks: [] });
  });

  test.each<[string, object, string]>([
    ['no response types', { response_types_supported: undefined }, 'response_types_supported'],
    ['no subject types', { subject_types_supported: [] }, 'subject_types_supported'],
    ['a string for a list', { subject_types_supported: 'public' }, 'subject_types_supported'],
    ['an object for a list', { response_types_supported: { 0: 'id_token' } }, 'response_types_supported'],
    ['a number in a list', { response_types_supported: ['id_token', 1] }, 'response_types_supported'],
    ['null in a list', { response_types_supported: [null] }, 'response_types_supported'],
    [
      'no algorithms',
      { id_token_signing_alg_values_supported: [1] },
      'id_token_signing_alg_values_supported',
    ],
  ])('with %s, which AWS does not take', (_, change, name) => {
    expect(read(change)).toMatchObject({
      kind: 'discovery',
      lacking: [`${name} is missing or no list of strings, and AWS demands it: add it`],
      remarks: [],
    });
  });

  test.each<[string, object, RegExp]>([
    [
      'a list that is null',
      { subject_types_supported: null },
      /^subject_types_supported is null: IAM has been seen/,
    ],
    ['other algorithms', { id_token_signing_alg_values_supported: ['PS256', 'EdDSA'] }, /has none of RS256/],
    ['algorithms that are null', { id_token_signing_alg_values_supported: null }, /^id_token_s.* is null/],
  ])('with %s, of which nobody knows that AWS refuses it', (_, change, remark) => {
    expect(read(change)).toMatchObject({
      kind: 'discovery',
      lacking: [],
      remarks: [expect.stringMatching(remark)],
    });
  });

  test('without jwks_uri where that is not used, and AWS would not take it', () => {
    const text = JSON.stringify({ ...document, jwks_uri: undefined });
    expect(readDiscovery(text, issuer, { jwksUriUnused: true })).toMatchObject({
      jwksUri: '',
      lacking: [expect.stringMatching(/^jwks_uri is missing/)],
    });
  });
});

describe('keys at another origin', () => {
  const follow = (jwks_uri: string, from = issuer) =>
    readDiscovery(JSON.stringify({ ...document, issuer: from, jwks_uri }), from, { otherOrigins: true });

  test.each([
    'https://keys.example/k',
    'https://keys.example:8443/k',
    'https://issuer.example:444/k',
    'https://10.0.0.1/k',
  ])('are a stranger’s word: %s', (uri) => {
    expect(follow(uri)).toMatchObject({ kind: 'discovery', jwksUri: uri, elsewhere: true });
  });

  test.each(['https://issuer.example/k', 'https://issuer.example:443/other/k'])('are not: %s', (uri) => {
    expect(follow(uri)).toMatchObject({ kind: 'discovery', elsewhere: false });
  });

  test('are the operator’s word where the host is allowed', () => {
    const text = JSON.stringify({ ...document, jwks_uri: 'https://keys.example/k' });
    const rules = { otherOrigins: true, allowedHosts: ['keys.example'] };
    expect(readDiscovery(text, issuer, rules)).toMatchObject({ kind: 'discovery', elsewhere: false });
  });

  test.each(['https://localhost/k', 'http://127.0.0.1:8080/k', 'https://127.8.8.8/k', 'https://[::1]/k'])(
    'are not read from this machine: %s',
    (uri) => {
      const reading = follow(uri);
      expect(reading).toMatchObject({ problem: expect.stringContaining('whatever machine reads it') });
      expect(reading).not.toHaveProperty('ours');
    },
  );

  test('of an issuer on this machine are on this machine, at any port', () => {
    for (const uri of ['http://127.0.0.1:9000/k', 'https://localhost:9000/k', 'http://[::1]:1/k'])
      expect(follow(uri, 'http://127.0.0.1:8000')).toMatchObject({ kind: 'discovery', elsewhere: false });
    for (const uri of ['https://keys.example/k', 'https://10.0.0.1/k'])
      expect(follow(uri, 'http://127.0.0.1:8000')).toMatchObject({
        ours: true,
        problem: expect.stringContaining('an issuer on this machine leads nowhere else'),
      });
  });

  test('that AWS may take, and we do not, are told apart from those that nobody takes', () => {
    expect(read({ jwks_uri: 'https://keys.example/k' })).toMatchObject({ kind: 'refused', ours: true });
    expect(read({ jwks_uri: 'http://keys.example/k' })).not.toHaveProperty('ours');
  });
});

describe('a document is refused', () => {
  test.each<[string, object, RegExp]>([
    ['a slash more', { issuer: `${issuer}/` }, /issuer is ".*a\/" and not .*a slash at the end count/],
    ['other letter case', { issuer: issuer.replace('/a', '/A') }, /letter case/],
    ['another issuer', { issuer: 'https://other.example' }, /"https:\/\/other.example" and not/],
    ['no issuer', { issuer: undefined }, /issuer is missing/],
    ['an issuer in a list', { issuer: [issuer] }, /issuer is missing or no string/],
    ['no jwks_uri', { jwks_uri: undefined }, /jwks_uri is missing/],
    ['jwks_uri by http', { jwks_uri: 'http://issuer.example/k' }, /jwks_uri is plain http/],
    [
      'jwks_uri elsewhere',
      { jwks_uri: 'https://keys.example/k' },
      /allow it with --allow-jwks-host keys.example$/,
    ],
    [
      'jwks_uri at another port',
      { jwks_uri: 'https://issuer.example:444/k' },
      /allow it with --allow-jwks-host issuer.example:444$/,
    ],
    ['jwks_uri at metadata', { jwks_uri: 'http://169.254.169.254/latest' }, /plain http/],
    [
      'jwks_uri at loopback',
      { jwks_uri: 'http://127.0.0.1/k' },
      /is at http:\/\/127.0.0.1, which is whatever machine reads it/,
    ],
    ['jwks_uri in a disguise', { jwks_uri: 'https://issuer.example\\@evil.example/' }, /is not written as/],
    ['jwks_uri of another kind', { jwks_uri: 'file:///etc/passwd' }, /is not written as/],
  ])('with %s', (_, change, problem) => {
    expect(read(change)).toMatchObject({ kind: 'refused', problem: expect.stringMatching(problem) });
  });

  test('at a host that is allowed at another port only', () => {
    const reading = read({ jwks_uri: 'https://keys.example:8443/k' }, ['keys.example']);
    expect(reading).toMatchObject({ kind: 'refused' });
  });

  test('with both issuers whole, since long ones differ at their end', () => {
    const of = (last: string) => `https://oidc.eks.eu-central-1.amazonaws.com/id/${'0'.repeat(31)}${last}`;
    expect(readDiscovery(JSON.stringify({ ...document, issuer: of('A') }), of('B'))).toEqual({
      kind: 'refused',
      problem: `its issuer is "${of('A')}" and not "${of('B')}": configure the one that the tokens carry`,
    });
  });

  test.each<[string, string, RegExp]>([
    ['nothing', '', /it is empty/],
    ['HTML', '<!doctype html>', /not JSON/],
    ['a list', '[]', /no JSON object/],
    ['two issuers', `{"issuer":"x",${JSON.stringify(document).slice(1)}`, /"\/issuer" is there twice/],
    ['more than 64 KiB', JSON.stringify({ ...document, more: 'a'.repeat(65_536) }), /larger than 64 KiB/],
  ])('that is %s', (_, text, problem) => {
    expect(readDiscovery(text, issuer)).toMatchObject({ problem: expect.stringMatching(problem) });
  });
});

test('whatever comes, it answers, and never with keys at a host that is not allowed', () => {
  const url = fc
    .tuple(
      fc.constantFrom('https://', 'http://', 'https:\\\\', ''),
      fc.constantFrom('issuer.example', 'issuer.example.', 'issuer.example@evil.example', 'evil.example'),
      fc.constantFrom('', ':443', ':444', '/', '/k', '/../k', '#', '?q'),
    )
    .map((pieces) => pieces.join(''));
  const value = fc.oneof(fc.constantFrom(issuer, ...Object.values(document).flat()), url, fc.jsonValue());
  const names = [...Object.keys(document), 'more'];
  const members = fc.record(Object.fromEntries(names.map((name) => [name, value])), { requiredKeys: [] });
  fc.assert(
    fc.property(members, (change) => {
      const reading = read(change);
      if (reading.kind === 'discovery')
        expect(new URL(reading.jwksUri).origin).toBe('https://issuer.example');
    }),
    { numRuns: 200 },
  );
});
