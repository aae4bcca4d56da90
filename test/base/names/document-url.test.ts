import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseDocumentUrl } from '../../../src/base/names/document-url.ts';
import { isLoopbackHost } from '../../../src/base/names/loopback-host.ts';

function problemOf(text: string): string {
  const parsed = parseDocumentUrl(text);
  return parsed.kind === 'refused' ? parsed.problem : 'not refused';
}

describe('a URL is taken as it is', () => {
  test.each([
    'https://issuer.example',
    'https://issuer.example/',
    'https://issuer.example/id/0123456789ABCDEF/.well-known/openid-configuration',
    'https://issuer.example:8443/keys?p=policy',
    'https://issuer.example//double',
    'https://issuer.example/a%20b',
    'https://10.0.0.1/keys',
    'https://[2600:1f18::1]/keys',
    'http://localhost:8080/keys',
    'http://127.0.0.1/keys',
    'http://[::1]:8080/keys',
  ])('%s', (text) => {
    expect(parseDocumentUrl(text)).toMatchObject({ kind: 'url' });
  });

  test('letter case of the host does not count', () => {
    expect(parseDocumentUrl('https://Issuer.Example/A')).toMatchObject({
      url: { href: 'https://issuer.example/A' },
    });
  });
});

describe('a URL is refused', () => {
  const disguise = /in a disguise|not written as/;
  const shape = /not written as https:\/\/HOST\/PATH/;
  test.each<[string, string, RegExp]>([
    ['full-width letters', 'https://ｓts.amazonaws.com/', shape],
    ['an ideographic full stop', 'https://sts。amazonaws.com/', shape],
    ['the same, escaped', 'https://sts%E3%80%82amazonaws.com/', shape],
    ['a line break', 'https://sts.amaz\nonaws.com/', shape],
    ['a tab', 'https://sts.amaz\tonaws.com/', shape],
    ['backslashes', 'https:\\\\sts.amazonaws.com\\', shape],
    ['a backslash in the path', 'https://sts.amazonaws.com\\@evil.example/', shape],
    ['no slashes', 'https:sts.amazonaws.com/', shape],
    ['one slash', 'https:/sts.amazonaws.com/', shape],
    ['three slashes', 'https:///sts.amazonaws.com/', shape],
    ['leading blanks', '  https://sts.amazonaws.com/', shape],
    ['a trailing line break', 'https://sts.amazonaws.com/\n', shape],
    ['a user name', 'https://user@issuer.example/', shape],
    ['an empty user name', 'https://@issuer.example/', shape],
    ['another host behind a user name', 'https://issuer.example:443@169.254.169.254/', shape],
    ['a fragment', 'https://issuer.example/#a', shape],
    ['a soft hyphen', 'https://issuer\u00adexample/', shape],
    ['an escaped host', 'https://%6cocalhost/', shape],
    ['an underscore', 'https://a_b.example/', shape],
    ['no host', 'https:///', shape],
    ['another scheme', 'ftp://issuer.example/', shape],
    ['a file', 'file:///etc/passwd', shape],
    ['a data URL', 'data:application/json,{}', shape],
    ['a port that is none', 'https://issuer.example:99999/', shape],
    ['a zero before the port', 'https://issuer.example:08443/', shape],
    ['the port 0', 'https://issuer.example:0/', shape],
    ['nothing', '', shape],
    ['2,049 characters', `https://issuer.example/${'a'.repeat(2026)}`, shape],
    ['a decimal number', 'https://2852039166/', disguise],
    ['hexadecimal', 'https://0xA9FEA9FE/', disguise],
    ['hexadecimal parts', 'https://0xa9.0xfe.0xa9.0xfe/', disguise],
    ['octal parts', 'https://0251.0376.0251.0376/', disguise],
    ['fewer parts', 'https://169.254.43518/', disguise],
    ['a short loopback', 'http://127.1/', disguise],
    ['a dot at the end of a number', 'https://169.254.169.254./', disguise],
    ['an IPv6 address in another spelling', 'https://[0:0:0:0:0:0:0:1]/', disguise],
    ['IPv4 in IPv6', 'https://[::ffff:169.254.169.254]/', disguise],
    ['dot segments', 'https://issuer.example/a/../b', /dot segments/],
    ['escaped dot segments', 'https://issuer.example/%2e%2e/b', /dot segments/],
    ['plain http', 'http://issuer.example/', /plain http/],
    ['plain http to a name below localhost', 'http://a.localhost/', /plain http/],
    ['plain http to what looks like loopback', 'http://127.0.0.1.example/', /plain http/],
    ['plain http to localhost with a dot', 'http://localhost./', /plain http/],
  ])('with %s', (_, text, problem) => {
    expect(problemOf(text)).toMatch(problem);
  });

  test('by plain http to this machine, too, where only https is taken', () => {
    const url = 'http://127.0.0.1/keys';
    expect(parseDocumentUrl(url, { httpsOnly: true })).toMatchObject({ fault: 'plain-http' });
    expect(parseDocumentUrl(url)).toMatchObject({ kind: 'url' });
  });
});

test('whatever is taken leads to the host and path that are written', () => {
  const piece = fc.constantFrom(
    'https://',
    'http://',
    'a.example',
    '127.1',
    '[::1]',
    '/',
    '..',
    '\\',
    '@',
    ':',
    '%2e',
    '?',
    '#',
    '\u3002',
    '\t',
    '0x7f',
  );
  const pieces = fc.array(fc.oneof(piece, fc.string({ maxLength: 3 })), { maxLength: 4 });
  const scheme = fc.constantFrom('https://', 'http://', '');
  const host = fc.constantFrom('a.example', 'A.example', '127.0.0.1', 'localhost', '[::1]', '127.1', '');
  let taken = 0;
  fc.assert(
    fc.property(scheme, host, pieces, (begin, name, rest) => {
      const text = begin + name + rest.join('');
      const parsed = parseDocumentUrl(text);
      if (parsed.kind === 'refused') return;
      taken += 1;
      const { url } = parsed;
      const [, , host = ''] = text.split('/');
      expect(url.host).toBe(new URL(`${url.protocol}//${host}`).host);
      expect(host.toLowerCase().startsWith(url.hostname)).toBe(true);
      expect(url.protocol === 'https:' || isLoopbackHost(url.hostname)).toBe(true);
    }),
    { numRuns: 500 },
  );
  // Or else the property says nothing.
  expect(taken).toBeGreaterThan(2);
});
