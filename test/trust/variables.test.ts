import { describe, expect, test } from 'vitest';
import { lintPolicy } from '../../src/trust/lint.ts';
import { AUDIENCE, ISSUER, KEY, policy, read, statement } from '../support/trust/base.ts';

const PREFIX = 'system:serviceaccount:demo:';
const v = (content: string): string => `\${${content}}`;

function lint(operator: string, value: string, version = '2012-10-17'): string[] {
  const aud = operator === 'StringLike' ? 'StringEquals' : 'StringLike';
  const condition = { [operator]: { [`${KEY}:sub`]: value }, [aud]: { [`${KEY}:aud`]: AUDIENCE } };
  const document = { ...policy(statement({ Condition: condition })), Version: version };
  return lintPolicy(read(document), { issuers: [ISSUER] }).map(({ code }) => code);
}

describe('a policy variable in a subject', () => {
  test.each([
    ['a default', v("aws:RequestTag/app, 'app'")],
    ['a default without the blank', v("aws:RequestTag/app,'app'")],
    ['a default with a blank in it', v("aws:RequestTag/app, 'a b'")],
    ['a default with a star in it', v("aws:RequestTag/app, '*'")],
    ['an empty default', v("aws:RequestTag/app, ''")],
    ['blanks around the key', v(' aws:RequestTag/app ')],
    ['no default', v('aws:RequestTag/app')],
    ['two of them', `${v("aws:RequestTag/a, 'x y'")}-${v("aws:RequestTag/b, '?'")}`],
    ['text around it', `a-${v("aws:RequestTag/app, 'x'")}-b`],
    ['a line break before the default', v("aws:RequestTag/app,\n'x'")],
  ])('is neither white space nor a wildcard: %s', (_, text) => {
    for (const operator of ['StringEquals', 'StringEqualsIgnoreCase', 'StringLike']) {
      const codes = lint(operator, PREFIX + text);
      for (const code of ['white-space', 'wildcard-under-equals', 'subject-wildcard'])
        expect(codes).not.toContain(code);
    }
  });

  test.each([v('*'), v('?'), v('$'), `a${v('*')}b`, v('*') + v('?')])(
    'that stands for a character is that, and no ServiceAccount has it: %s',
    (text) => {
      for (const operator of ['StringEquals', 'StringLike'])
        expect(lint(operator, PREFIX + text)).toEqual(['subject-malformed']);
    },
  );

  test.each([
    ['a star beside it', `${v('aws:RequestTag/app')}*`, 'StringLike', 'subject-wildcard'],
    ['a star beside a default', `${v("aws:RequestTag/app, 'x'")}*`, 'StringEquals', 'wildcard-under-equals'],
    ['a blank beside it', `${v("aws:RequestTag/app, 'x'")} `, 'StringEquals', 'white-space'],
    ['a star beside a literal one', `${v('*')}*`, 'StringEquals', 'wildcard-under-equals'],
    ['a variable that is never closed', '${aws:RequestTag/app, *', 'StringEquals', 'white-space'],
  ])('covers up nothing: %s', (_, text, operator, code) => {
    expect(lint(operator, PREFIX + text)).toContain(code);
  });

  test('is plain text in the old version, its blank included', () => {
    expect(lint('StringEquals', PREFIX + v("aws:RequestTag/app, 'app'"), '2008-10-17')).toContain(
      'white-space',
    );
  });
});
