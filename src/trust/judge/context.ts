import { toConditionPrefix } from '../provider.ts';
import type { Fact, TrustRequest } from '../request.ts';
import { type Availability, findKeyRow, type Route } from './keys.ts';

/** What a request holds for each condition key; the case of a key does not count. */
export interface RequestContext {
  find(key: string): Fact;
}

const ABSENT: Fact = { kind: 'absent' };
const NOT_KNOWN: Fact = { kind: 'unknown' };

/** Makes the condition keys of a request, as IAM would. */
export function createContext(request: TrustRequest): RequestContext {
  const facts = new Map(listFacts(request).map(([key, fact]) => [key.toLowerCase(), fact]));
  const routes = listRoutes(request);
  return {
    find(key) {
      const row = findKeyRow(key);
      const has = new Set(routes.map((route): Availability => row?.[route] ?? 'never'));
      const fact = facts.get(key.toLowerCase());
      if (fact !== undefined && (row === undefined || !isOnly('never', has))) return fact;
      return isOnly('never', has) || isOnly('token', has) ? ABSENT : NOT_KNOWN;
    },
  };
}

function isOnly(one: Availability, has: ReadonlySet<Availability>): boolean {
  return has.size === 1 && has.has(one);
}

/** The ways that the call may have come; one where a fact of it is known. */
function listRoutes({ sourceIp, sourceVpc, sourceVpce }: TrustRequest): readonly Route[] {
  const isKnown = (fact: string): boolean => fact !== 'absent' && fact !== 'unknown';
  if (isKnown(sourceVpce) || isKnown(sourceVpc) || sourceIp === 'absent') return ['endpoint'];
  if (isKnown(sourceIp) || sourceVpce === 'absent' || sourceVpc === 'absent') return ['internet'];
  return ['internet', 'endpoint'];
}

function listFacts(request: TrustRequest): [string, Fact][] {
  return [...listClaims(request), ...listStsFacts(request), ...listConnectionFacts(request)];
}

function listClaims({ provider, token }: TrustRequest): [string, Fact][] {
  const prefix = toConditionPrefix(provider.url);
  return [
    [`${prefix}:sub`, values(token.sub)],
    [`${prefix}:aud`, values(token.audience)],
    [`${prefix}:oaud`, values(...token.originalAudiences)],
    [`${prefix}:amr`, values(...(token.amr ?? []))],
    [`${prefix}:email`, token.email === undefined ? ABSENT : values(token.email)],
    ['aws:FederatedProvider', values(provider.arn)],
  ];
}

function listStsFacts(request: TrustRequest): [string, Fact][] {
  const { sessionTags = {}, transitiveTagKeys = [], sourceIdentity, authorizedByIdp } = request;
  return [
    ['sts:RoleSessionName', known(request.roleSessionName)],
    ['sts:DurationSeconds', known(request.durationSeconds)],
    ['sts:SourceIdentity', sourceIdentity === undefined ? ABSENT : values(sourceIdentity)],
    ['sts:RoleAuthorizedByIdp', authorizedByIdp === undefined ? ABSENT : values(String(authorizedByIdp))],
    ['sts:TransitiveTagKeys', values(...transitiveTagKeys)],
    ['aws:TagKeys', values(...Object.keys(sessionTags))],
    ...Object.entries(sessionTags).map(([name, value]): [string, Fact] => [
      `aws:RequestTag/${name}`,
      values(value),
    ]),
  ];
}

function listConnectionFacts(request: TrustRequest): [string, Fact][] {
  return [
    ['aws:SourceIp', known(request.sourceIp)],
    ['aws:SourceVpc', known(request.sourceVpc)],
    ['aws:SourceVpce', known(request.sourceVpce)],
    // An address that nobody here knows.
    ['aws:VpcSourceIp', NOT_KNOWN],
    ['aws:SecureTransport', known(request.secureTransport)],
    ['aws:CurrentTime', values(new Date(request.now).toISOString())],
    ['aws:EpochTime', values(String(Math.floor(request.now / 1_000)))],
  ];
}

/** A list without values is a key that is not there. */
function values(...list: readonly string[]): Fact {
  return list.length === 0 ? ABSENT : { kind: 'values', values: list };
}

function known(fact: string | number | boolean): Fact {
  if (fact === 'unknown') return NOT_KNOWN;
  return fact === 'absent' ? ABSENT : values(String(fact));
}
