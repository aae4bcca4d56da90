import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkToken, inspectToken } from '../../src/authenticator/token/check.ts';
import { TOKEN_RULES } from '../../src/authenticator/token/rules.ts';
import { createCheckOptions, HOST, PARAMETERS, signToken, toToken } from '../support/authenticator/tokens.ts';
import { NOW } from '../support/aws/signing-plan.ts';

/** Ten times what others run: nothing is asked here, and no key is made. */
const numRuns = Number(process.env['FUZZ_RUNS'] ?? 200) * 10;

/** Hosts that a server of the partition aws may call, by hand. */
const HOSTS: Readonly<Record<string, RegExp>> = {
  'sts.amazonaws.com': /^[a-z0-9-]{1,40}$/,
  'sts.us-west-2.amazonaws.com': /^us-west-2$/,
  'sts-fips.us-west-2.amazonaws.com': /^us-west-2$/,
  'sts.us-west-2.api.aws': /^us-west-2$/,
  'sts.eu-west-1.amazonaws.com': /^eu-west-1$/,
};

const SHAPES: Readonly<Record<string, RegExp>> = {
  Action: /^GetCallerIdentity$/,
  Version: /^2011-06-15$/,
  'X-Amz-Algorithm': /^AWS4-HMAC-SHA256$/,
  'X-Amz-Credential': /^[A-Za-z0-9_]{16,128}%2F[0-9]{8}%2F[a-z0-9-]{1,40}%2Fsts%2Faws4_request$/,
  'X-Amz-Date': /^[0-9]{8}T[0-9]{6}Z$/,
  'X-Amz-Expires': /^(?:[1-9]|[1-9][0-9]|[1-8][0-9][0-9]|900)$/,
  'X-Amz-SignedHeaders': /^host%3Bx-k8s-aws-id$/,
  'X-Amz-Signature': /^[0-9a-f]{64}$/,
  'X-Amz-Security-Token': /^(?:[A-Za-z0-9._~-]|%(?:2[0-9A-CF]|3[A-F]|40|5[B-E]|60|7[B-D]))+$/,
};

/**
 * Says by hand what a token is, sharing no code with what is tested: bytes, one expression for the whole, one for each
 * parameter. Says no where anything is in doubt.
 */
function isTokenByHand(token: string): boolean {
  const text = /^k8s-aws-v1\.([A-Za-z0-9_-]+)$/.exec(token)?.[1];
  if (text === undefined || token.length > 16_384) return false;
  const url = Buffer.from(text, 'base64url');
  if (url.toString('base64').replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '') !== text)
    return false;
  if (url.some((byte) => byte < 0x21 || byte > 0x7e)) return false;
  const [, host = '', query = ''] =
    /^https:\/\/([a-z0-9.-]+)\/\?([^?#]+)$/.exec(url.toString('latin1')) ?? [];
  const region = Object.hasOwn(HOSTS, host) ? HOSTS[host] : undefined;
  return region !== undefined && isQueryByHand(query, region);
}

function isQueryByHand(query: string, region: RegExp): boolean {
  const parts = query.split('&').map((part) => part.split('='));
  const found = new Map(parts.map(([name = '', value = '']) => [name, value]));
  if (parts.some(({ length }) => length !== 2) || found.size !== parts.length) return false;
  const isComplete = Object.keys(PARAMETERS).every((name) => found.has(name));
  const fits = [...found].every(([name, value]) => Object.hasOwn(SHAPES, name) && SHAPES[name]?.test(value));
  if (!isComplete || !fits) return false;
  const date = found.get('X-Amz-Date') ?? '';
  const [, day = '', scopeRegion = ''] = (found.get('X-Amz-Credential') ?? '').split('%2F');
  return region.test(scopeRegion) && date.startsWith(day) && isNow(date);
}

function isNow(date: string): boolean {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = (
    /^(....)(..)(..)T(..)(..)(..)Z$/.exec(date) ?? []
  )
    .slice(1)
    .map(Number);
  const time = Date.UTC(year, month - 1, day, hour, minute, second);
  return new Date(time).toISOString().replace(/[-:]|\.000/g, '') === date && Math.abs(time - NOW) <= 900_000;
}

const names = [...Object.keys(PARAMETERS), 'X-Amz-Security-Token'];
const letters = fc.constantFrom(...'aA0%&=;+/?#@:.-_~\\ \t\n\0', 'K', 'ſ', 'İ', 'é', '%2F', '%2f', '%00');
const oddText = fc.array(letters, { maxLength: 4 }).map((parts) => parts.join(''));
const name = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...names) },
  { weight: 1, arbitrary: fc.constantFrom(...names).map((text) => text.toLowerCase()) },
  { weight: 1, arbitrary: oddText },
);
const goodValue: Readonly<Record<string, readonly string[]>> = {
  'X-Amz-Credential': [
    PARAMETERS['X-Amz-Credential'] ?? '',
    'ASIAEXAMPLEEXAMPLE00%2F20230428%2Feu-west-1%2Fsts%2Faws4_request',
    'ASIAEXAMPLEEXAMPLE00%2F20230427%2Fus-west-2%2Fsts%2Faws4_request',
    'ASIA%2F20230428%2Fus-west-2%2Fsts%2Faws4_request',
  ],
  'X-Amz-Date': [
    '20230428T120000Z',
    '20230428T114500Z',
    '20230428T114459Z',
    '20230428T121501Z',
    '20230431T120000Z',
  ],
  'X-Amz-Expires': ['60', '1', '900', '901', '0', '060'],
  'X-Amz-Security-Token': ['token', 'a%2Fb%2B%3D%3D', ''],
};
const change = name.chain((chosen) =>
  fc.record({
    name: fc.constant(chosen),
    value: fc.oneof(
      { weight: 5, arbitrary: fc.constantFrom(...(goodValue[chosen] ?? [PARAMETERS[chosen] ?? 'a'])) },
      { weight: 1, arbitrary: oddText },
      { weight: 1, arbitrary: fc.constantFrom(...Object.values(PARAMETERS)) },
    ),
  }),
);
const host = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...Object.keys(HOSTS)) },
  { weight: 1, arbitrary: fc.tuple(oddText, fc.constant(HOST), oddText).map((parts) => parts.join('')) },
  { weight: 1, arbitrary: fc.domain().map((domain) => `sts.${domain}`) },
);
const builtToken = fc
  .record({
    host,
    changes: fc.array(change, { maxLength: 2 }),
    extra: fc.array(change, { maxLength: 1 }),
    order: fc.infiniteStream(fc.nat()),
    frame: fc.constantFrom(
      'https://H/?Q',
      'https://H/?Q',
      'https://H/?Q',
      'http://H/?Q',
      'https://H?Q',
      'https://H/?Q#',
    ),
  })
  .map(({ host: at, changes, extra, order, frame }) => {
    const merged = { ...PARAMETERS, ...Object.fromEntries(changes.map((each) => [each.name, each.value])) };
    const pairs = [...Object.entries(merged), ...extra.map((each) => [each.name, each.value])];
    const keyed = pairs.map((pair) => ({ pair, key: order.next().value ?? 0 }));
    const query = keyed.sort((a, b) => a.key - b.key).map(({ pair }) => pair.join('='));
    return toToken(frame.replace('H', () => at).replace('Q', () => query.join('&')));
  });
const edit = fc.record({ at: fc.nat(700), drop: fc.nat(2), put: oddText });
const edited = fc
  .tuple(builtToken, edit)
  .map(([token, { at, drop, put }]) => token.slice(0, at) + put + token.slice(at + drop));
const editedUrl = fc.tuple(builtToken, edit).map(([token, { at, drop, put }]) => {
  const url = Buffer.from(token.slice(11), 'base64url').toString();
  return toToken(url.slice(0, at) + put + url.slice(at + drop));
});
const anyToken = fc.oneof(
  { weight: 4, arbitrary: builtToken },
  { weight: 2, arbitrary: edited },
  { weight: 3, arbitrary: editedUrl },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 200 }) },
);

const options = createCheckOptions();
const codes = new Map(TOKEN_RULES.map(({ name: rule, code }) => [rule, code]));

describe('the checks of an IAM token', () => {
  test('take exactly what a strict check by hand takes, refuse by their table, never throw', () => {
    let accepted = 0;
    fc.assert(
      fc.property(anyToken, (token) => {
        const verdict = checkToken(token, options);
        if (verdict.kind === 'refused') {
          expect(codes.get(verdict.rule)).toBe(verdict.reason);
          expect(verdict.detail).toMatch(/^[ -~…]{1,200}$/);
        } else {
          accepted += 1;
          expect(HOSTS).toHaveProperty([verdict.host]);
        }
        expect(verdict.kind === 'checked').toBe(isTokenByHand(token));
      }),
      { numRuns },
    );
    // Or else the property says nothing.
    expect(accepted).toBeGreaterThan(numRuns / 50);
  });

  test('come to the same with every rule shown', () => {
    fc.assert(
      fc.property(anyToken, (token) => {
        const { verdict, checks } = inspectToken(token, options);
        expect(verdict).toEqual(checkToken(token, options));
        expect(checks.filter(({ outcome }) => outcome === 'failed').length).toBe(
          verdict.kind === 'refused' ? 1 : 0,
        );
      }),
      { numRuns: Math.ceil(numRuns / 4) },
    );
  });

  test('take a token whatever the order of its parameters', () => {
    expect(isTokenByHand(signToken())).toBe(true);
  });
});
