import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decideIdentity } from '../../../src/webhook/identity.ts';
import { parseContainerCredentialsList } from '../../../src/webhook/sources/container-credentials.ts';

const parse = (text: string) => [...parseContainerCredentialsList(text)];

describe('a list of accounts', () => {
  test.each<[text: string, names: string[]]>([
    ['', []],
    [' \n', []],
    ['{}', []],
    ['{"identities":null}', []],
    ['{"identities":[]}', []],
    ['{"identities":[{"namespace":"shop","serviceAccount":"web"}]}', ['shop/web']],
    ['{"Identities":[{"NAMESPACE":"shop","serviceaccount":"web","association":"a-1"}],"v":1}', ['shop/web']],
    ['{"identities":[{"namespace":"*","serviceAccount":"web"}]}', ['*/web']],
    ['{"identities":[{"namespace":"shop","serviceAccount":"constructor"}]}', ['shop/constructor']],
  ])('%j is %j', (text, names) => {
    expect(parse(text)).toEqual(names);
  });

  test('may name an account twice', () => {
    const identity = '{"namespace":"shop","serviceAccount":"web"}';
    expect(parse(`{"identities":[${identity},${identity}]}`)).toEqual(['shop/web']);
  });
});

describe('a list that is refused, so that the last good one stays', () => {
  test.each([
    ['{', 'the file is not JSON'],
    ['null', 'the file is not a JSON object'],
    ['[]', 'the file is not a JSON object'],
    ['{"identities":{}}', 'identities is not a list'],
    ['{"identities":[null]}', 'identities[0] is not an object'],
    ['{"identities":[{},"web"]}', 'identities[1] is not an object'],
    ['{"identities":[{"namespace":1}]}', 'identities[0]: namespace and serviceAccount must be strings'],
  ])('%s', (text, message) => {
    expect(() => parseContainerCredentialsList(text)).toThrow(message);
  });

  test('is refused with an Error, whatever it holds', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json(),
          fc.jsonValue().map((value) => JSON.stringify({ identities: [value] })),
        ),
        (text) => {
          try {
            expect(parseContainerCredentialsList(text)).toBeInstanceOf(Set);
          } catch (error) {
            expect((error as Error).constructor).toBe(Error);
          }
        },
      ),
    );
  });
});

test('an entry without serviceAccount matches no pod, not even one without an account name', () => {
  const containerCredentials = parseContainerCredentialsList('{"identities":[{"namespace":"shop"}]}');
  const sources = { containerCredentials, configMap: undefined };
  expect(decideIdentity('shop', '', { kind: 'unknown' }, sources)).toMatchObject({
    kind: 'none',
    reason: 'service-account-name-empty',
  });
});
