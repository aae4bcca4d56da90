import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { verifyToken } from '../../../src/web-identity/token/verify.ts';
import { describeWrapping, looksLikePath, unwrapToken } from '../../../src/web-identity/token/wrapping.ts';
import { createOptions, createToken } from '../../support/web-identity/tokens.ts';

const token = createToken();
const request = {
  kind: 'TokenRequest',
  apiVersion: 'authentication.k8s.io/v1',
  spec: { audiences: ['sts.amazonaws.com'] },
  status: { token, expirationTimestamp: '2026-03-18T13:00:00Z' },
};

describe('around a token', () => {
  test.each<[string, string, string[]]>([
    ['nothing', token, []],
    ['quotes', `"${token}"`, ['in quotes']],
    ['single quotes', `'${token}'`, ['in quotes']],
    ['typographic quotes', `“${token}”`, ['in quotes']],
    ['backticks', `\`${token}\``, ['in quotes']],
    ['blanks', `  ${token}\n`, ['with white space around it']],
    ['Bearer', `Bearer ${token}`, ['after "Bearer "']],
    ['bearer', `bearer\t${token}`, ['after "Bearer "']],
    ['a header', `Authorization: Bearer ${token}`, ['after "Bearer "']],
    ['quotes around a header', `"Authorization: Bearer ${token}"`, ['in quotes', 'after "Bearer "']],
    ['a TokenRequest', JSON.stringify(request), ['in the JSON of a TokenRequest or the like']],
    [
      'a TokenRequest over lines',
      `${JSON.stringify(request, null, 4)}\n`,
      ['with white space around it', 'in the JSON of a TokenRequest or the like'],
    ],
    ["a Secret's data", Buffer.from(token).toString('base64'), ['in base64, as the data of a Secret is']],
    [
      "a Secret's data, broken into lines",
      `${Buffer.from(token).toString('base64').replace(/.{76}/g, '$&\n')}\n`,
      ['with white space around it', 'in base64, as the data of a Secret is'],
    ],
    [
      'an ExecCredential',
      JSON.stringify({ kind: 'ExecCredential', status: { token } }),
      ['in the JSON of a TokenRequest or the like'],
    ],
    ['an object with a token', JSON.stringify({ token }), ['in the JSON of a TokenRequest or the like']],
    [
      'a TokenRequest in YAML',
      `kind: TokenRequest\nstatus:\n  token: ${token}`,
      ['in the YAML of a TokenRequest or the like'],
    ],
  ])('is %s', (_, text, layers) => {
    expect(unwrapToken(text)).toEqual({ token, layers });
  });

  test.each([
    '',
    '"',
    '""',
    '{',
    '{}',
    '{"status":{}}',
    '{"token":1}',
    `{"token":"a","token":"${token}"}`,
    '{"payload":"e30","signatures":[]}',
    'Bearer',
    `${token}"`,
    `"${token}`,
    `x ${token}`,
  ])('is nothing that is known: %s', (text) => {
    expect(unwrapToken(text)).toEqual({ token: text, layers: [] });
  });

  test('nothing is lost, whatever it is', () => {
    const piece = fc.constantFrom(
      '"',
      "'",
      ' ',
      'Bearer ',
      '{"token":"',
      '"}',
      'eyJ',
      '.',
      'a',
      '\n',
      'token: ',
    );
    const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(text, (raw) => {
        const { token: within, layers } = unwrapToken(raw);
        expect(raw).toContain(within);
        expect(layers.length).toBeLessThanOrEqual(6);
        if (layers.length === 0) expect(within).toBe(raw);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a path', () => {
  test.each([
    '/var/run/secrets/eks.amazonaws.com/serviceaccount/token',
    './token',
    '../tokens/token.jwt',
    '~/token',
    'C:\\tokens\\token',
    '.\\token',
    'file:///tmp/token',
  ])('is one: %s', (path) => {
    expect(looksLikePath(path)).toBe(true);
    expect(describeWrapping(path)).toBe('the token is the path of a file: send what is in the file');
  });

  test.each([token, 'token', 'eyJh/b.c.d', 'a/b', ''])('is none: %s', (text) => {
    expect(looksLikePath(text)).toBe(false);
  });
});

describe('a token that is sent as it came is refused, and what is around it is named', () => {
  test.each<[string, string]>([
    [`"${token}"`, 'the token is in quotes: send what is within, and nothing else'],
    [`"${token}"\n`, 'the token is in quotes'],
    [`Bearer ${token}`, 'the token is after "Bearer "'],
    [JSON.stringify(request), 'the token is in the JSON of a TokenRequest or the like'],
    ['/var/run/secrets/token', 'the token is the path of a file: send what is in the file'],
    ['/var/run/secrets/eks.amazonaws.com/serviceaccount/token', 'the token is the path of a file'],
  ])('case %#', async (raw, detail) => {
    const verdict = await verifyToken(raw, createOptions());
    expect(verdict).toMatchObject({ kind: 'refused', detail: expect.stringContaining(detail) });
    expect(JSON.stringify(verdict)).not.toContain(token.slice(10, 40));
  });
});
