import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkIssuerUrl, type IssuerFault, parseIssuerUrl } from '../../../src/base/names/issuer-url.ts';

const PROVIDER = { forProvider: true };
const HTTPS = { httpsOnly: true };

describe('an issuer is taken as it is', () => {
  test.each([
    ['https://h.example', PROVIDER],
    ['https://h.example/', PROVIDER],
    ['https://h.example/a/b/', PROVIDER],
    ['https://H.example/A%2f~', PROVIDER],
    [`https://h.example/${'a'.repeat(237)}`, PROVIDER],
    ['https://127.0.0.1:8443/a', PROVIDER],
    ['https://[::1]:8443', PROVIDER],
    ['https://localhost:443', PROVIDER],
    ['https://h.example:8443/a', HTTPS],
    ["https://h.example/$it's*", HTTPS],
    ['http://127.0.0.1:8080/a', {}],
    ['http://localhost', {}],
  ])('%s under %j', (text, options) => {
    expect(parseIssuerUrl(text, options)).toMatchObject({ kind: 'issuer', url: new URL(text) });
  });
});

describe('an issuer is refused, with what is wrong and the remedy', () => {
  test.each<[text: string, fault: IssuerFault, problem: RegExp, options?: object]>([
    ['', 'scheme', /it does not begin with https:\/\/: write/],
    ['h.example', 'scheme', /it does not begin with https:\/\/: write/],
    [' https://h.example', 'scheme', /it does not begin with https:\/\/: write/],
    ['HTTPS://h.example', 'scheme', /does not begin with https:\/\/: write the scheme in lower case/],
    ['https:h.example', 'scheme', /it does not begin with https:\/\//],
    ['https:\\\\h.example', 'scheme', /it does not begin with https:\/\//],
    ['https://h.example/a b', 'blank', /it has white space or a control character in it: leave that out/],
    ['https://h.example/a\n', 'blank', /white space or a control character/],
    ['https://h.example/\u0000', 'blank', /white space or a control character/],
    ['https://h.example/\ufeff', 'blank', /white space or a control character/],
    ['https://h.example/ü', 'not-ascii', /not ASCII: write the host as xn--…, and percent-encode the path/],
    ['https://h\u3002example', 'not-ascii', /not ASCII/],
    ['https://a:b@h.example', 'user-name', /it has a user name in it: leave that out/],
    ['https://@h.example', 'user-name', /it has a user name/],
    ['https://h.example/#', 'fragment', /it has a fragment: leave it out/],
    ['https://h.example/a\\b', 'character', /that a URL has only percent-encoded: write it so/],
    ['https://h.example/"', 'character', /percent-encoded/],
    ['https://h.example/[a]', 'character', /percent-encoded/],
    ['https://', 'host', /it has no host and port that are well-formed: write/],
    ['https:///a', 'host', /no host and port/],
    ['https://h_1.example', 'host', /no host and port/],
    ['https://h%2eexample', 'host', /no host and port/],
    ['https://h.example:', 'host', /no host and port/],
    ['https://h.example:0', 'host', /a port from 1 to 65535/],
    ['https://h.example:08443', 'host', /a port from 1 to 65535/],
    ['https://h.example:65536', 'host', /a port from 1 to 65535/],
    ['https://127.1/a', 'disguise', /names its host in a disguise: write 127\.0\.0\.1/],
    [
      'https://h.example/a/../b',
      'dot-segments',
      /has dot segments in its path: write the path that is meant/,
    ],
    ['https://h.example/.', 'dot-segments', /dot segments/],
    ['https://h.example/%2E./b', 'dot-segments', /dot segments/],
    ['https://h.example?a', 'query', /has a query, which neither AWS nor Kubernetes allows: serve/],
    ['https://h.example/?', 'query', /has a query/],
    [`https://h.example/${'a'.repeat(238)}`, 'length', /^has 256 characters: .*longer than the 255/],
    ['http://h.example', 'plain-http', /is plain http, which anybody on the way can rewrite: use https/],
    ['http://127.0.0.1', 'plain-http', /is plain http/, HTTPS],
    ['http://localhost:8080', 'plain-http', /is plain http/, PROVIDER],
    ['http://localhost', 'plain-http', /is plain http/, { httpsOnly: false, forProvider: true }],
    ['https://h.example:8443', 'port', /has a port, which IAM refuses: serve discovery on 443/, PROVIDER],
    ['https://h.example:443/a', 'port', /has a port/, PROVIDER],
    ['https://127.0.0.1.h.example:1', 'port', /has a port/, PROVIDER],
    ['https://h.example/*', 'policy-character', /has one of \* \$ ' in it, .*: serve/, PROVIDER],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a variable of a policy
    ['https://h.example/${a}', 'character', /percent-encoded/, PROVIDER],
    ["https://h.example/'", 'policy-character', /has one of/, PROVIDER],
  ])('%j: %s', (text, fault, problem, options = {}) => {
    expect(parseIssuerUrl(text, options)).toEqual({
      kind: 'refused',
      fault,
      problem: expect.stringMatching(problem),
    });
  });
});

describe('an issuer that is configured', () => {
  test.each<[string, RegExp | undefined]>([
    ['https://issuer.example', undefined],
    ['http://127.0.0.1:8443', undefined],
    ['http://issuer.example', /plain http/],
    ['kubernetes/serviceaccount', /is not written as https/],
    ['https://issuer.example?a=b', /has a query/],
    ['https://issuer.example#', /is not written as https/],
    ['https://169.254.43518', /in a disguise/],
  ])('as %s', (text, problem) => {
    if (problem === undefined) expect(checkIssuerUrl(text)).toBeUndefined();
    else expect(checkIssuerUrl(text)).toMatch(problem);
  });

  test('is shown with nothing in it that a terminal would obey', () => {
    expect(checkIssuerUrl('https://h.example/\u001b[2J')).toMatch(
      /^the issuer "https:\/\/h\.example\/\\u001b\[2J" is not written as https:\/\/HOST\/PATH, since it has white/,
    );
  });
});

const piece = fc.constantFrom(
  ...[
    'https://',
    'HTTPS://',
    'http://',
    'h.example',
    'H',
    '127.1',
    '[::1]',
    '::',
    '0x7f',
    ':443',
    ':0',
    ':8443',
  ],
  ...[
    '/',
    '//',
    '.',
    '..',
    '%2e',
    '%',
    '\\',
    '@',
    ':',
    '?',
    '#',
    "'",
    '"',
    '$',
    '*',
    '{',
    '[',
    '^',
    '|',
    '`',
  ],
  ...[' ', '\t', '\n', '\u0000', '\u007f', '\u00a0', '\u00ad', '\u3002', '\uff0f', 'ü'],
);
const almost = fc
  .array(fc.oneof(piece, fc.string({ maxLength: 3 })), { maxLength: 8 })
  .map((pieces) => pieces.join(''));
const texts = fc.oneof(
  almost,
  almost.map((text) => `https://h.example${text}`),
);

test('what is taken is what a URL parser makes of it, but for letter case of the host and the port 443', () => {
  fc.assert(
    fc.property(texts, fc.record({ httpsOnly: fc.boolean(), forProvider: fc.boolean() }), (text, options) => {
      const reading = parseIssuerUrl(text, options);
      fc.pre(reading.kind === 'issuer');
      const [scheme = '', , host = ''] = text.split('/', 3);
      const rest = text.slice(`${scheme}//${host}`.length);
      const asMeant = `${scheme}//${host.toLowerCase().replace(scheme === 'https:' ? /:443$/ : /:80$/, '')}`;
      expect(reading.url.href).toBe(`${asMeant}${rest || '/'}`);
    }),
    { numRuns: 2_000 },
  );
});

test('what IAM takes is taken everywhere, and what it alone refuses has one of its reasons', () => {
  fc.assert(
    fc.property(texts, (text) => {
      const strict = parseIssuerUrl(text, PROVIDER);
      const loose = parseIssuerUrl(text);
      if (strict.kind === 'issuer') expect(loose.kind).toBe('issuer');
      else if (loose.kind === 'issuer')
        expect(['plain-http', 'port', 'policy-character']).toContain(strict.fault);
    }),
    { numRuns: 1_000 },
  );
});
