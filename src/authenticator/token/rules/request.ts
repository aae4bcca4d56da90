import type { PresignedUrl } from '../../../aws/sigv4/presigned-url.ts';
import { quoteShort } from '../../../json/quote.ts';
import type { TokenReason } from '../../reasons.ts';
import { SOURCES, type TokenRule } from '../rule.ts';

type UrlCheck = (url: PresignedUrl) => string | undefined;

/** A rule about what a URL that was read asks for. */
function requestRule(name: string, code: TokenReason, source: string, check: UrlCheck): TokenRule {
  return {
    name,
    code,
    source,
    check(examination) {
      const url = examination.url();
      return url.kind === 'refused' ? 'the URL was not read' : check(url);
    },
  };
}

export const ROOT_PATH = requestRule('path-root', 'url-path-not-root', SOURCES.format, ({ path }) =>
  path === '/' ? undefined : quoteShort(path),
);

const NAMES: ReadonlySet<string> = new Set(['Action', 'Version']);

export const KNOWN_PARAMETERS = requestRule(
  'parameters-known',
  'parameter-unknown',
  SOURCES.oneReading,
  ({ parameters }) => {
    const strange = [...parameters.keys()].find((name) => !NAMES.has(name));
    return strange === undefined ? undefined : quoteShort(strange);
  },
);

function needsParameter(name: string): TokenRule {
  return requestRule(`${name.toLowerCase()}-present`, 'parameter-missing', SOURCES.sts, ({ parameters }) =>
    parameters.has(name) ? undefined : name,
  );
}

export const ACTION_PRESENT = needsParameter('Action');
export const VERSION_PRESENT = needsParameter('Version');

export const ACTION = requestRule('action', 'action-not-allowed', SOURCES.sts, ({ parameters }) =>
  toOther(parameters.get('Action'), 'GetCallerIdentity'),
);

export const VERSION = requestRule('version', 'version-not-allowed', SOURCES.sts, ({ parameters }) =>
  toOther(parameters.get('Version'), '2011-06-15'),
);

function toOther(value: string | undefined, expected: string): string | undefined {
  return value === expected ? undefined : quoteShort(value ?? '');
}

export const SCOPE_SERVICE = requestRule(
  'scope-service',
  'credential-malformed',
  SOURCES.sigV4,
  ({ claim }) => toOther(claim.scope.service, 'sts'),
);

/** What binds a token to a cluster is signed, and nothing that we would have to take from the client. */
export const SIGNED_HEADER_SET = requestRule(
  'signed-headers',
  'signed-headers-not-allowed',
  SOURCES.format,
  ({ claim }) => toOther(claim.signedHeaders.join(';'), 'host;x-k8s-aws-id'),
);

/** Seconds. STS has its own 15 minutes, whatever is written here. */
const MAX_EXPIRES = 900;

export const EXPIRES_RANGE = requestRule(
  'expires',
  'expires-out-of-range',
  SOURCES.format,
  ({ claim: { expires } }) => {
    if (expires === undefined) return 'absent';
    return expires <= MAX_EXPIRES ? undefined : String(expires);
  },
);
