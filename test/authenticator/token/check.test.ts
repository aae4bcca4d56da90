import { describe, expect, test } from 'vitest';
import { checkToken, inspectToken } from '../../../src/authenticator/token/check.ts';
import { TOKEN_RULES } from '../../../src/authenticator/token/rules.ts';
import {
  createCheckOptions,
  HOST,
  PARAMETERS,
  signToken,
  toQuery,
  toToken,
  toUrl,
} from '../../support/authenticator/tokens.ts';
import { NOW } from '../../support/aws/signing-plan.ts';

const QUARTER = 15 * 60_000;

function reasonOf(token: string, now = NOW): string {
  const verdict = checkToken(token, createCheckOptions({ now }));
  return verdict.kind === 'refused' ? verdict.reason : verdict.kind;
}

const reasonOfUrl = (url: string): string => reasonOf(toToken(url));

/** The reason where one parameter is another, or is not there. */
const reasonWith = (name: string, value: string | undefined): string => reasonOfUrl(toUrl({ [name]: value }));

describe('a token', () => {
  test('is taken apart', () => {
    expect(checkToken(signToken(), createCheckOptions())).toMatchObject({
      kind: 'checked',
      host: HOST,
      region: 'us-west-2',
      label: 'us-west-2',
      claim: { accessKeyId: 'AKIAEXAMPLEEXAMPLE00', expires: 60, time: NOW },
      expiresAt: NOW + QUARTER,
    });
  });

  const GLOBAL = { 'X-Amz-Credential': PARAMETERS['X-Amz-Credential']?.replace('us-west-2', 'us-east-1') };
  test.each([
    ['with a session token', toUrl({ 'X-Amz-Security-Token': 'a%2Fb%2Bc%3D%3D' })],
    ['backwards', `https://${HOST}/?${toQuery().split('&').reverse().join('&')}`],
    ['with the longest expiry', toUrl({ 'X-Amz-Expires': '900' })],
    ['of the global host', toUrl(GLOBAL, 'sts.amazonaws.com')],
    ['of a FIPS host', toUrl({}, 'sts-fips.us-west-2.amazonaws.com')],
    ['of a dual-stack host', toUrl({}, 'sts.us-west-2.api.aws')],
  ])('is taken %s', (_, url) => {
    expect(reasonOfUrl(url)).toBe('checked');
  });

  test('may be as long as the setting says, and not one character longer', () => {
    const long = toToken(toUrl({ 'X-Amz-Security-Token': 'a'.repeat(9_000) }));
    const check = (maxLength: number) => checkToken(long, { ...createCheckOptions(), maxLength }).kind;
    expect(long.length).toBeGreaterThan(12_000);
    expect(check(long.length)).toBe('checked');
    expect(check(long.length - 1)).toBe('refused');
  });
});

describe('each check of the Go program refuses here, too', () => {
  test.each([
    ['1: too large', toToken(`${toUrl()}${'a'.repeat(16_384)}`), 'token-too-large'],
    ['2: no prefix', toToken(toUrl()).slice(1), 'not-an-iam-token'],
    ['2: another prefix', toToken(toUrl()).replace('v1', 'v2'), 'not-an-iam-token'],
    ['2: empty', '', 'not-an-iam-token'],
    ['3: nothing behind the prefix', 'k8s-aws-v1.', 'not-base64url'],
    ['3: no base64', 'k8s-aws-v1.!!!', 'not-base64url'],
    ['3: padding', `${toToken('ab')}=`, 'not-base64url'],
    ['3: the other alphabet', 'k8s-aws-v1.+/+/', 'not-base64url'],
    ['3: a blank', `${toToken(toUrl())} `, 'not-base64url'],
    ['4: no URL', toToken(':ab:cd.af:/asda'), 'url-not-https'],
    ['5: http', toToken(toUrl().replace('https', 'http')), 'url-not-https'],
    ['6: another site', toToken(toUrl({}, 'google.com')), 'host-not-allowed'],
    ['6: another service', toToken(toUrl({}, 's3.us-west-2.amazonaws.com')), 'host-not-allowed'],
    ['7: no path', toToken(toUrl().replace('/?', '?')), 'url-path-not-root'],
    ['7: another path', toToken(toUrl().replace('/?', '/abc?')), 'url-path-not-root'],
    ['8: a broken escape', toToken(toUrl({ 'X-Amz-Expires': '60%gh' })), 'query-malformed'],
    ['8: a semicolon', toToken(`${toUrl()};a=b`), 'query-malformed'],
    ['9: twice', toToken(`${toUrl()}&X-Amz-Date=20230428T120000Z`), 'parameter-twice'],
    ['9: twice, in another case', toToken(`${toUrl()}&x-amz-credential=eve`), 'parameter-twice'],
    ['10: an unknown parameter', toToken(`${toUrl()}&X-Amz-Foo=1`), 'parameter-unknown'],
    ['11: two values', toToken(`${toUrl()}&Action=GetCallerIdentity`), 'parameter-twice'],
    ['12: another action', toToken(toUrl({ Action: 'AssumeRole' })), 'action-not-allowed'],
    ['12: another case of it', toToken(toUrl({ Action: 'getCallerIdentity' })), 'action-not-allowed'],
    ['12: none', toToken(toUrl({ Action: undefined })), 'parameter-missing'],
    ['17: long ago', signToken({ at: Date.UTC(1990, 0, 1) }), 'token-expired'],
  ])('%s', (_, token, reason) => {
    expect(reasonOf(token)).toBe(reason);
  });

  test.each([
    ['13', 'X-Amz-SignedHeaders', 'abc%3Bx-k8s-aws-i%3Bdef', 'signed-headers-not-allowed'],
    ['13', 'X-Amz-SignedHeaders', 'host%3Bx-k8s-aws-i', 'signed-headers-not-allowed'],
    ['14', 'X-Amz-Expires', undefined, 'expires-out-of-range'],
    ['14', 'X-Amz-Expires', 'x', 'expires-out-of-range'],
    ['14', 'X-Amz-Expires', '-1', 'expires-out-of-range'],
    ['14', 'X-Amz-Expires', '6e1', 'expires-out-of-range'],
    ['14', 'X-Amz-Expires', '0x3c', 'expires-out-of-range'],
    ['14', 'X-Amz-Expires', '%2060', 'expires-out-of-range'],
    ['14', 'X-Amz-Expires', '901', 'expires-out-of-range'],
    ['14', 'X-Amz-Expires', '9999999', 'expires-out-of-range'],
    ['15', 'X-Amz-Date', undefined, 'parameter-missing'],
    ['16', 'X-Amz-Date', 'xxxxxxx', 'date-malformed'],
    ['16', 'X-Amz-Date', '20230229T120000Z', 'date-malformed'],
    ['16', 'X-Amz-Date', '20230428T240000Z', 'date-malformed'],
    ['16', 'X-Amz-Date', '20230428T120060Z', 'date-malformed'],
    ['16', 'X-Amz-Date', '20230428T120000%2B0000', 'date-malformed'],
    ['18', 'X-Amz-Credential', '', 'parameter-missing'],
    ['18', 'X-Amz-Credential', '%2F20230428%2Fus-west-2%2Fsts%2Faws4_request', 'credential-malformed'],
  ])('%s: %s=%s', (_, name, value, reason) => {
    expect(reasonWith(name, value)).toBe(reason);
  });
});

describe('what the Go program lets through is refused', () => {
  const token = toToken(toUrl());
  test.each([
    ['a line feed in the base64', `${token.slice(0, 40)}\n${token.slice(40)}`, 'not-base64url'],
    ['a carriage return at its end', `${token}\r`, 'not-base64url'],
    ['HTTPS in capitals', toToken(toUrl().replace('https', 'HTTPS')), 'url-not-https'],
    ['a user', toToken(toUrl({}, `eve@${HOST}`)), 'url-authority-malformed'],
    ['a user and a password', toToken(toUrl({}, `eve:pw@${HOST}`)), 'url-authority-malformed'],
    ['a fragment', toToken(`${toUrl()}#a`), 'url-fragment'],
    ['a raw blank', toToken(toUrl({ Action: 'Get CallerIdentity' })), 'url-not-ascii'],
    ['raw bytes', toToken(toUrl({ Action: 'GetCallerIdentitÿ' })), 'url-not-ascii'],
    ['two ampersands', toToken(toUrl().replace('&', '&&')), 'query-malformed'],
    ['an ampersand at the end', toToken(`${toUrl()}&`), 'query-malformed'],
    ['an empty name', toToken(`${toUrl()}&=1`), 'query-malformed'],
    ['a name without a value', toToken(`${toUrl()}&X-Amz-Security-Token`), 'query-malformed'],
    ['an encoded name', toToken(toUrl().replace('Action', '%41ction')), 'query-malformed'],
    ['an encoded letter', toToken(toUrl({ Action: 'Get%43allerIdentity' })), 'query-malformed'],
    ['lower-case escapes', toToken(toUrl().replaceAll('%2F', '%2f')), 'query-malformed'],
    ['no escapes', toToken(toUrl().replaceAll('%2F', '/')), 'query-malformed'],
    ['a lower-case name', toToken(toUrl().replace('X-Amz-Date', 'x-amz-date')), 'parameter-unknown'],
    ['a lower-case action', toToken(toUrl().replace('Action', 'action')), 'parameter-unknown'],
    ['the Kelvin sign', toToken(`${toUrl()}&X-Amz-Security-To\u212aen=a`), 'url-not-ascii'],
    ['the Kelvin sign, encoded', toToken(`${toUrl()}&X-Amz-Security-To%E2%84%AAen=a`), 'url-not-ascii'],
    ['the dotted I, encoded', toToken(toUrl().replace('Action', 'Act%C4%B0on')), 'url-not-ascii'],
    [
      'another region in the scope',
      toToken(toUrl({}, 'sts.eu-west-1.amazonaws.com')),
      'scope-region-mismatch',
    ],
  ])('%s', (_, given, reason) => {
    expect(reasonOf(given)).toBe(reason);
  });

  test.each([
    ['X-Amz-Expires', '+60', 'query-malformed'],
    ['X-Amz-Expires', '%2B60', 'expires-out-of-range'],
    ['X-Amz-Expires', '060', 'expires-out-of-range'],
    ['X-Amz-Expires', '0', 'expires-out-of-range'],
    ['X-Amz-Expires', '-0', 'expires-out-of-range'],
    ['X-Amz-Date', '20230428T120000.5Z', 'date-malformed'],
    ['X-Amz-SignedHeaders', 'host%3Bx-k8%C5%BF-aws-id', 'url-not-ascii'],
    ['X-Amz-SignedHeaders', 'x-k8s-aws-id', 'signed-headers-not-allowed'],
    ['X-Amz-SignedHeaders', 'host%3Bx-a%3Bx-k8s-aws-id', 'signed-headers-not-allowed'],
    ['X-Amz-SignedHeaders', 'host%3BX-K8s-Aws-Id', 'signed-headers-not-allowed'],
    ['Version', undefined, 'parameter-missing'],
    ['Version', '2011-06-16', 'version-not-allowed'],
    ['X-Amz-Algorithm', undefined, 'parameter-missing'],
    ['X-Amz-Algorithm', 'AWS4-HMAC-SHA1', 'algorithm-not-allowed'],
    ['X-Amz-Signature', undefined, 'parameter-missing'],
    ['X-Amz-Signature', 'ab'.repeat(16), 'signature-malformed'],
    ['X-Amz-Signature', 'AB'.repeat(32), 'signature-malformed'],
    [
      'X-Amz-Credential',
      'AKIAEXAMPLEEXAMPLE00%2F20230428%2Fus-west-2%2Fs3%2Faws4_request',
      'credential-malformed',
    ],
    [
      'X-Amz-Credential',
      'AKIAEXAMPLEEXAMPLE00%2F20230427%2Fus-west-2%2Fsts%2Faws4_request',
      'credential-malformed',
    ],
    ['X-Amz-Credential', 'eve%2F20230428%2Fus-west-2%2Fsts%2Faws4_request', 'credential-malformed'],
    ['X-Amz-Security-Token', '', 'session-token-empty'],
  ])('%s=%s', (name, value, reason) => {
    expect(reasonWith(name, value)).toBe(reason);
  });

  test('every spelling of the last character but one', () => {
    // Two bytes beyond a multiple of three: the last character has two bits that say nothing.
    const url = [1, 2, 3]
      .map((more) => toUrl({ 'X-Amz-Security-Token': 'a'.repeat(more) }))
      .find(({ length }) => length % 3 === 2);
    const canonical = toToken(url ?? '');
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const same = [...alphabet]
      .map((letter) => `${canonical.slice(0, -1)}${letter}`)
      .filter((text) => Buffer.from(text.slice(11), 'base64url').toString() === url);
    expect(same).toHaveLength(4);
    expect(same.filter((text) => reasonOf(text) === 'checked')).toEqual([canonical]);
  });
});

test.each([
  ['a port', `${HOST}:443`],
  ['a final dot', `${HOST}.`],
  ['capitals', 'STS.us-west-2.amazonaws.com'],
  ['nothing', ''],
  ['an escape', 'sts%2eamazonaws.com'],
  ['a full-width letter', 'ｓts.us-west-2.amazonaws.com'],
  ['an ideographic full stop', 'sts。us-west-2.amazonaws.com'],
  ['an IPv4 address', '127.0.0.1'],
  ['an IPv6 address', '[::1]'],
  ['a backslash', `${HOST}\\`],
  ['a tab', 'sts.us-west-2\t.amazonaws.com'],
  ['a NUL', `${HOST}\0`],
  ['punycode', 'xn--sts-9na.us-west-2.amazonaws.com'],
])('a host with %s is refused', (_, host) => {
  expect(['url-authority-malformed', 'url-not-ascii', 'host-not-allowed']).toContain(
    reasonOfUrl(toUrl({}, host)),
  );
});

describe('the clock', () => {
  test.each([
    ['fifteen minutes old', QUARTER, 'checked'],
    ['a millisecond older', QUARTER + 1, 'token-expired'],
    ['fifteen minutes ahead', -QUARTER, 'checked'],
    ['a millisecond more ahead', -QUARTER - 1, 'token-not-yet-valid'],
    ['an hour ahead', -3_600_000, 'token-not-yet-valid'],
  ])('%s: %j ms', (_, age, reason) => {
    expect(reasonOf(signToken(), NOW + age)).toBe(reason);
  });
});

describe('one reading only (CVE-2022-2385)', () => {
  const names = [...Object.keys(PARAMETERS), 'X-Amz-Security-Token'];
  const spell = (name: string): string[] => [
    name,
    name.toLowerCase(),
    name.toUpperCase(),
    [...name].map((letter, at) => (at % 2 === 0 ? letter.toLowerCase() : letter.toUpperCase())).join(''),
    name.replace(/^./, (letter) => `%${letter.charCodeAt(0).toString(16)}`),
    `${name}+`,
    `+${name}`,
    `${name}%00`,
    `${name}%20`,
  ];
  const others = [
    'eve',
    '',
    'GetCallerIdentity',
    PARAMETERS['X-Amz-Credential']?.replace('AKIA', 'AEVE') ?? '',
  ];

  test.each(names)('a second %s, however written and wherever it stands, is refused', (name) => {
    const base = toQuery({ 'X-Amz-Security-Token': 'token' }).split('&');
    expect(reasonOfUrl(`https://${HOST}/?${base.join('&')}`)).toBe('checked');
    const values = [...others, PARAMETERS[name] ?? 'token'];
    const added = spell(name).flatMap((spelling) => values.map((value) => `${spelling}=${value}`));
    const queries = added.flatMap((more) =>
      [...base, ''].map((_, at) => base.toSpliced(at, 0, more).join('&')),
    );
    const accepted = queries.filter((query) => reasonOfUrl(`https://${HOST}/?${query}`) === 'checked');
    expect(queries.length).toBeGreaterThan(200);
    expect(accepted).toEqual([]);
  });

  test.each(names)('%s in another spelling alone is refused', (name) => {
    const value = PARAMETERS[name] ?? 'token';
    for (const spelling of spell(name).slice(1)) {
      const url = toUrl({ 'X-Amz-Security-Token': 'token', [name]: undefined, [spelling]: value });
      expect(reasonOfUrl(url), url).not.toBe('checked');
    }
  });
});

describe('the rules', () => {
  test('have names of their own', () => {
    expect(new Set(TOKEN_RULES.map(({ name }) => name)).size).toBe(TOKEN_RULES.length);
  });

  test('are shown with their outcome; after the one that failed none was asked', () => {
    const { verdict, checks } = inspectToken(toToken(toUrl({ Action: 'AssumeRole' })), createCheckOptions());
    const detail = '"AssumeRole"';
    expect(verdict).toEqual({ kind: 'refused', rule: 'action', reason: 'action-not-allowed', detail });
    const at = checks.findIndex(({ rule }) => rule === 'action');
    expect(checks.slice(0, at).every(({ outcome }) => outcome === 'passed')).toBe(true);
    expect(checks[at]).toMatchObject({ outcome: 'failed', reason: 'action-not-allowed' });
    expect(checks.slice(at + 1).every(({ outcome }) => outcome === 'skipped')).toBe(true);
  });

  test('all pass where the token does', () => {
    const { checks } = inspectToken(signToken(), createCheckOptions());
    expect(checks.map(({ outcome }) => outcome)).toEqual(TOKEN_RULES.map(() => 'passed'));
  });

  test('say nothing secret of what they refuse', () => {
    const secret = { 'X-Amz-Security-Token': 'canary%2Ftoken', 'X-Amz-Signature': 'ca'.repeat(32) };
    const faults = [{ Action: 'x' }, { 'X-Amz-Expires': '0' }, { 'X-Amz-Date': 'x' }, { Version: undefined }];
    for (const fault of faults) {
      const verdict = checkToken(toToken(toUrl({ ...secret, ...fault })), createCheckOptions());
      expect(verdict.kind).toBe('refused');
      expect(JSON.stringify(verdict)).not.toMatch(/canary|caca/);
    }
  });
});
