import type { TokenRule } from './rule.ts';
import * as form from './rules/form.ts';
import * as host from './rules/host.ts';
import * as request from './rules/request.ts';
import * as time from './rules/time.ts';
import * as url from './rules/url.ts';

/**
 * Every rule of a token, in order; the first that fails decides. Together they leave one language: the URL that signing
 * makes, with its parameters in any order. Those of `url` stand as the reader of presigned URLs looks.
 */
export const TOKEN_RULES: readonly TokenRule[] = [
  form.SIZE,
  form.TOKEN_PREFIX,
  form.BASE64URL,
  url.URL_SIZE,
  url.ASCII,
  url.HTTPS,
  url.NO_FRAGMENT,
  url.AUTHORITY,
  url.PATH,
  url.QUERY,
  url.NOT_TWICE,
  url.CASE,
  url.PRESENT,
  url.ALGORITHM,
  url.CREDENTIAL,
  url.SIGNED_HEADERS,
  url.SIGNATURE,
  url.DATE,
  url.EXPIRES,
  url.SESSION_TOKEN,
  request.ROOT_PATH,
  request.KNOWN_PARAMETERS,
  request.ACTION_PRESENT,
  request.ACTION,
  request.VERSION_PRESENT,
  request.VERSION,
  request.SCOPE_SERVICE,
  request.SIGNED_HEADER_SET,
  request.EXPIRES_RANGE,
  host.HOST,
  host.SCOPE_REGION,
  time.NOT_EXPIRED,
  time.NOT_EARLY,
];
