import type { PresignedUrlProblem } from '../../../aws/sigv4/presigned-url.ts';
import type { TokenReason } from '../../reasons.ts';
import { SOURCES, type TokenRule } from '../rule.ts';

/** What the reader of presigned URLs may find, and what a token with it is refused with. */
const CODES: Readonly<Record<PresignedUrlProblem, TokenReason>> = {
  'too-long': 'token-too-large',
  'not-ascii': 'url-not-ascii',
  scheme: 'url-not-https',
  fragment: 'url-fragment',
  'user-info': 'url-authority-malformed',
  port: 'url-authority-malformed',
  host: 'url-authority-malformed',
  path: 'url-path-not-root',
  query: 'query-malformed',
  encoding: 'query-malformed',
  undecodable: 'query-malformed',
  twice: 'parameter-twice',
  case: 'parameter-unknown',
  missing: 'parameter-missing',
  algorithm: 'algorithm-not-allowed',
  credential: 'credential-malformed',
  'access-key-id': 'credential-malformed',
  'scope-day': 'credential-malformed',
  'scope-region': 'credential-malformed',
  'scope-service': 'credential-malformed',
  'wrong-day': 'credential-malformed',
  'signed-headers': 'signed-headers-not-allowed',
  'host-not-signed': 'signed-headers-not-allowed',
  signature: 'signature-malformed',
  date: 'date-malformed',
  'expires-no-number': 'expires-out-of-range',
  'expires-zero': 'expires-out-of-range',
  'expires-beyond-a-week': 'expires-out-of-range',
  'expires-missing': 'expires-out-of-range',
  'empty-session-token': 'session-token-empty',
};

/** A rule that the reader of presigned URLs keeps. */
function readerRule(name: string, code: TokenReason, source: string): TokenRule {
  return {
    name,
    code,
    source,
    check(examination) {
      const url = examination.url();
      if (url.kind !== 'refused' || CODES[url.problem] !== code) return undefined;
      return url.names.length === 0 ? url.problem : `${url.problem}: ${toNames(url.names)}`;
    },
  };
}

/** Names come from a stranger. They are printable ASCII already. */
function toNames(names: readonly string[]): string {
  return names
    .slice(0, 3)
    .map((name) => JSON.stringify(name.slice(0, 32)))
    .join(', ');
}

export const URL_SIZE = readerRule('url-size', 'token-too-large', 'STS takes no longer one');
export const ASCII = readerRule('ascii', 'url-not-ascii', SOURCES.oneReading);
export const HTTPS = readerRule('https', 'url-not-https', SOURCES.format);
export const NO_FRAGMENT = readerRule('no-fragment', 'url-fragment', SOURCES.oneReading);
export const AUTHORITY = readerRule('authority', 'url-authority-malformed', SOURCES.oneReading);
export const PATH = readerRule('path', 'url-path-not-root', SOURCES.format);
export const QUERY = readerRule('query', 'query-malformed', SOURCES.oneReading);
export const NOT_TWICE = readerRule('parameters-once', 'parameter-twice', SOURCES.oneReading);
export const CASE = readerRule('parameters-case', 'parameter-unknown', SOURCES.oneReading);
export const PRESENT = readerRule('parameters-present', 'parameter-missing', SOURCES.sigV4);
export const ALGORITHM = readerRule('algorithm', 'algorithm-not-allowed', SOURCES.sigV4);
export const CREDENTIAL = readerRule('credential', 'credential-malformed', SOURCES.sigV4);
export const SIGNED_HEADERS = readerRule('signed-headers-form', 'signed-headers-not-allowed', SOURCES.sigV4);
export const SIGNATURE = readerRule('signature', 'signature-malformed', SOURCES.sigV4);
export const DATE = readerRule('date', 'date-malformed', SOURCES.sigV4);
export const EXPIRES = readerRule('expires-form', 'expires-out-of-range', SOURCES.sigV4);
export const SESSION_TOKEN = readerRule('session-token', 'session-token-empty', SOURCES.sigV4);
