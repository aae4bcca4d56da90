import { PREFIX } from '../examination.ts';
import { SOURCES, type TokenRule } from '../rule.ts';

export const SIZE: TokenRule = {
  name: 'size',
  code: 'token-too-large',
  source: 'a bound for whatever a stranger sends',
  check: ({ token, options }) =>
    token.length > options.maxLength
      ? `${token.length} characters, and ${options.maxLength} are allowed`
      : undefined,
};

export const TOKEN_PREFIX: TokenRule = {
  name: 'prefix',
  code: 'not-an-iam-token',
  source: SOURCES.format,
  check: ({ token }) => (token.startsWith(PREFIX) ? undefined : 'another kind of token'),
};

export const BASE64URL: TokenRule = {
  name: 'base64url',
  code: 'not-base64url',
  source: 'RFC 4648 section 5, without padding; spare bits are zero',
  check: (examination) =>
    examination.bytes() === undefined ? 'padding, blanks, other characters or spare bits' : undefined,
};
