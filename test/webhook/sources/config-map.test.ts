import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ConfigMapEntry, readConfigMap } from '../../../src/webhook/sources/config-map.ts';

const ROLE = 'arn:aws:iam::111122223333:role/web';

function read(text: string) {
  const reading = readConfigMap(text, 3_600);
  if (reading.kind === 'malformed') throw new Error(reading.problem);
  return reading;
}

function readEntry(value: string): ConfigMapEntry | undefined {
  return read(`{"shop/web":${value}}`).entries.get('shop/web');
}

describe('a document that is refused whole, so that the last good one stays', () => {
  test.each<[text: string | undefined, problem: string]>([
    [undefined, 'data.config is missing'],
    ['', 'data.config is not JSON'],
    ['{"shop/web":', 'data.config is not JSON'],
    ['shop/web: {}', 'data.config is not JSON'],
    ['null', 'data.config is not a JSON object'],
    ['[]', 'data.config is not a JSON object'],
    ['"x"', 'data.config is not a JSON object'],
  ])('%j', (text, problem) => {
    expect(readConfigMap(text, 3_600)).toEqual({ kind: 'malformed', problem });
  });
});

describe('an entry', () => {
  test('has its own choices, and those that it leaves out are fixed but for the lifetime', () => {
    expect(readEntry(`{"RoleARN":"${ROLE}"}`)).toEqual({
      kind: 'role',
      role: ROLE,
      choices: { audience: '', regionalSts: false, expiration: 3_600 },
    });
    expect(
      readEntry(`{"rolearn":"${ROLE}","AUDIENCE":"a","useRegionalSTS":true,"tokenExpiration":700,"x":[]}`),
    ).toEqual({ kind: 'role', role: ROLE, choices: { audience: 'a', regionalSts: true, expiration: 700 } });
  });

  test('may leave fields null, as Go does', () => {
    const entry = readEntry('{"RoleARN":null,"Audience":null,"UseRegionalSTS":null,"TokenExpiration":null}');
    expect(entry).toEqual({
      kind: 'choices',
      choices: { audience: '', regionalSts: false, expiration: 3_600 },
    });
  });

  test.each([
    ['0', 3_600],
    ['1', 600],
    ['-5', 600],
    ['1200', 1_200],
    ['86401', 86_400],
    ['9223372036854775807', 86_400],
  ])('with the lifetime %s has %i', (text, expiration) => {
    expect(readEntry(`{"TokenExpiration":${text}}`)).toMatchObject({ choices: { expiration } });
  });

  test.each([
    ['null', 'it is not an object'],
    ['[]', 'it is not an object'],
    ['"arn"', 'it is not an object'],
    ['{"RoleARN":7}', 'RoleARN is not a string'],
    ['{"RoleARN":"web"}', 'RoleARN "web" is malformed'],
    ['{"Audience":[]}', 'Audience is not a string'],
    ['{"UseRegionalSTS":"true"}', 'UseRegionalSTS is not a boolean'],
    ['{"TokenExpiration":"600"}', 'TokenExpiration is not a whole number'],
    ['{"TokenExpiration":600.5}', 'TokenExpiration is not a whole number'],
    ['{"TokenExpiration":1e999}', 'TokenExpiration is not a whole number'],
  ])('%s is refused alone', (value, problem) => {
    const { entries, problems } = read(`{"shop/web":${value},"shop/good":{"RoleARN":"${ROLE}"}}`);
    expect(entries.get('shop/web')).toEqual({ kind: 'malformed', problem });
    expect(entries.get('shop/good')?.kind).toBe('role');
    expect(problems).toEqual([`entry "shop/web": ${problem}`]);
  });
});

describe('a key', () => {
  test.each([
    ['shop/web', 'shop/web'],
    ['*/web', '*/web'],
    ['shop/web/more', 'shop/web'],
    ['shop/constructor', 'shop/constructor'],
    ['sh*/web', 'sh*/web'],
  ])('%s names %s', (key, name) => {
    expect([...read(JSON.stringify({ [key]: {} })).entries.keys()]).toEqual([name]);
  });

  test.each(['web', '', '/', 'shop/', '/web', '//web', '__proto__', 'constructor'])(
    '%j names nobody, and that is reported',
    (key) => {
      const { entries, problems } = read(`{${JSON.stringify(key)}:{"RoleARN":"${ROLE}"},"shop/web":{}}`);
      expect([...entries.keys()]).toEqual(['shop/web']);
      expect(problems).toEqual([`entry "${key}": the key is not <namespace>/<name>`]);
    },
  );
});

test('no document brings it down', () => {
  const key = fc.constantFrom('shop/web', '*/web', 'web', '__proto__', 'constructor', '');
  const field = fc.constantFrom('RoleARN', 'Audience', 'UseRegionalSTS', 'TokenExpiration', '__proto__');
  const entry = fc.oneof(fc.jsonValue(), fc.dictionary(field, fc.jsonValue()));
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.dictionary(key, entry).map((value) => JSON.stringify(value)),
      ),
      (text) => {
        expect(['entries', 'malformed']).toContain(readConfigMap(text, 3_600).kind);
      },
    ),
    { numRuns: 300 },
  );
});

test('an expiration that had to be changed is told of', () => {
  const reading = readConfigMap(
    '{"shop/web":{"TokenExpiration":300},"shop/api":{"TokenExpiration":3600}}',
    86_400,
  );
  expect(reading).toMatchObject({
    problems: ['entry "shop/web": TokenExpiration 300 is not within 600 to 86400: 600 used'],
  });
});

test('an audience that cannot be one is told of, and used as it is', () => {
  const reading = readConfigMap(
    '{"shop/web":{"RoleARN":"","Audience":"a, b","TokenExpiration":1},"shop/api":{"Audience":"a"}}',
    86_400,
  );
  expect(reading).toMatchObject({
    problems: [
      'entry "shop/web": Audience "a, b" has a comma or blank, and AWS STS takes one audience: give one; TokenExpiration 1 is not within 600 to 86400: 600 used',
    ],
  });
  expect(reading.kind === 'entries' && reading.entries.get('shop/web')).toMatchObject({
    choices: { audience: 'a, b' },
  });
});

describe('two keys that name one account', () => {
  const other = 'arn:aws:iam::111122223333:role/other';

  test.each<[says: string, first: string, second: string]>([
    ['another role', `{"RoleARN":"${ROLE}"}`, `{"RoleARN":"${other}"}`],
    ['another audience', `{"RoleARN":"${ROLE}"}`, `{"RoleARN":"${ROLE}","Audience":"x"}`],
    ['no role', `{"RoleARN":"${ROLE}"}`, '{}'],
    ['nothing that can be read', `{"RoleARN":"${ROLE}"}`, 'null'],
  ])('are both refused where one says %s, and the name stays claimed', (_says, first, second) => {
    for (const [one, two] of [
      [first, second],
      [second, first],
    ]) {
      const { entries, problems } = read(
        `{"shop/web":${one},"shop/web/2":${two},"*/web":{"RoleARN":"${other}"}}`,
      );
      expect(entries.get('shop/web')?.kind).toBe('malformed');
      expect(entries.get('*/web')).toMatchObject({ role: other });
      expect(problems.at(-1)).toBe(
        'entry "shop/web/2": another key names the same account, and says something else',
      );
    }
  });

  test('are one where they say the same', () => {
    const { entries, problems } = read(
      `{"shop/web":{"RoleARN":"${ROLE}"},"shop/web/2":{"rolearn":"${ROLE}"}}`,
    );
    expect(entries.get('shop/web')).toMatchObject({ role: ROLE });
    expect(problems).toEqual([]);
  });

  test('stay refused where a third one says what the first did', () => {
    const [first, second] = [`{"RoleARN":"${ROLE}"}`, `{"RoleARN":"${other}"}`];
    const { entries } = read(`{"shop/web":${first},"shop/web/2":${second},"shop/web/3":${first}}`);
    expect(entries.get('shop/web')?.kind).toBe('malformed');
  });
});
