import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeJwt, MAX_JWT_LENGTH } from '../../../src/base/names/jwt.ts';

const encode = (text: string): string => Buffer.from(text).toString('base64url');
const HEADER = encode('{"alg":"RS256","kid":"k"}');
const PAYLOAD = encode('{"iss":"https://h.example"}');
const NO_JWT = 'it is no JWT: give three parts of base64url with dots between them';
const nest = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);

describe('a JWT that nobody has verified is read', () => {
  test.each([
    ['with a signature', `${HEADER}.${PAYLOAD}.c2ln`],
    ['without one', `${HEADER}.${PAYLOAD}.`],
    ['as long as STS takes', `${HEADER}.${PAYLOAD}.`.padEnd(MAX_JWT_LENGTH, 'A')],
  ])('%s', (_, text) => {
    expect(decodeJwt(text)).toEqual({
      kind: 'jwt',
      header: { alg: 'RS256', kid: 'k' },
      payload: { iss: 'https://h.example' },
    });
  });

  test('sixteen levels deep', () => {
    expect(decodeJwt(`${HEADER}.${encode(`{"a":${nest(15)}}`)}.`).kind).toBe('jwt');
  });

  test('whatever its objects hold, as they are', () => {
    const objects = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 4 });
    fc.assert(
      fc.property(objects, objects, fc.uint8Array({ maxLength: 8 }), (header, payload, signature) => {
        const parts = [JSON.stringify(header), JSON.stringify(payload)].map(encode);
        expect(decodeJwt([...parts, Buffer.from(signature).toString('base64url')].join('.'))).toEqual({
          kind: 'jwt',
          header: JSON.parse(JSON.stringify(header)),
          payload: JSON.parse(JSON.stringify(payload)),
        });
      }),
      { numRuns: 200 },
    );
  });
});

describe('a JWT that nobody has verified is refused', () => {
  test.each([
    ['nothing', '', NO_JWT],
    ['one part', HEADER, NO_JWT],
    ['two parts', `${HEADER}.${PAYLOAD}`, NO_JWT],
    ['four parts', `${HEADER}.${PAYLOAD}.c2ln.`, NO_JWT],
    ['no header', `.${PAYLOAD}.c2ln`, NO_JWT],
    ['no payload', `${HEADER}..c2ln`, NO_JWT],
    ['JSON', '{"payload":"a"}', NO_JWT],
    ['one character more than STS takes', `${HEADER}.${PAYLOAD}.`.padEnd(MAX_JWT_LENGTH + 1, 'A'), NO_JWT],
    ['padding', `${HEADER}.${PAYLOAD}.AA==`, NO_JWT],
    ['the other alphabet', `${HEADER}.${PAYLOAD}.+/8`, NO_JWT],
    ['a line break at its end', `${HEADER}.${PAYLOAD}.c2ln\n`, NO_JWT],
    ['a blank in front', ` ${HEADER}.${PAYLOAD}.c2ln`, NO_JWT],
    ['a byte order mark in front', `\ufeff${HEADER}.${PAYLOAD}.c2ln`, NO_JWT],
    [
      'spare bits',
      `${HEADER}.${PAYLOAD}.c2h`,
      'the last character of its signature has bits that belong to no byte',
    ],
    ['a header that is no JSON', `YQ.${PAYLOAD}.`, 'its header: it is not JSON'],
    ['a payload that is a list', `${HEADER}.${encode('[1]')}.`, 'its claims: it is another JSON value'],
    ['a payload that is not UTF-8', `${HEADER}._w.`, 'its claims: it is not UTF-8'],
    ['a byte order mark in the payload', `${HEADER}.${encode('\ufeff{}')}.`, 'its claims: it is not JSON'],
    [
      'seventeen levels',
      `${HEADER}.${encode(`{"a":${nest(16)}}`)}.`,
      'its claims: it nests deeper than 16 levels',
    ],
    [
      'a claim twice',
      `${HEADER}.${encode('{"iss":"a","\\u0069ss":"b"}')}.`,
      'it has a claim twice, and no reader can tell which one counts',
    ],
    [
      'a member of the header twice',
      `${encode('{"kid":"a","kid":"a"}')}.${PAYLOAD}.`,
      'it has a claim twice, and no reader can tell which one counts',
    ],
  ])('%s', (_, text, problem) => {
    expect(decodeJwt(text)).toEqual({ kind: 'malformed', problem });
  });

  test('with nothing of it in the sentence, and never by an exception', () => {
    const SECRET = 'S3cret';
    const parts = fc.oneof(
      fc.constantFrom(HEADER, PAYLOAD, SECRET, `${SECRET}=`, encode(SECRET), encode(`{"${SECRET}":`), ''),
      fc.string({ maxLength: 4 }),
    );
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 5 }), (texts) => {
        const reading = decodeJwt(texts.join('.'));
        if (reading.kind === 'malformed') expect(reading.problem).not.toContain(SECRET);
      }),
      { numRuns: 500 },
    );
  });
});
