import { toConditionPrefix } from '../provider.ts';
import type { Fact, TrustRequest } from '../request.ts';
import { UNKNOWN, UNKNOWN_FAMILIES } from './keys.ts';

/** What a request holds for each condition key; the case of a key does not count. */
export interface RequestContext {
  find(key: string): Fact;
}

const ABSENT: Fact = { kind: 'absent' };
const NOT_KNOWN: Fact = { kind: 'unknown' };

/** Makes the condition keys of a request, as IAM would. */
export function createContext(request: TrustRequest): RequestContext {
  const facts = new Map(listFacts(request).map(([key, fact]) => [key.toLowerCase(), fact]));
  const unknown = new Set(UNKNOWN.map((key) => key.toLowerCase()));
  const families = UNKNOWN_FAMILIES.map((family) => family.toLowerCase());
  return {
    find(key) {
      const name = key.toLowerCase();
      const fact = facts.get(name);
      if (fact !== undefined) return fact;
      const isUnknown = unknown.has(name) || families.some((family) => name.startsWith(family));
      return isUnknown ? NOT_KNOWN : ABSENT;
    },
  };
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
    // Only an endpoint of the VPC adds it, and then it is an address that nobody here knows.
    ['aws:VpcSourceIp', request.sourceVpce === 'absent' ? ABSENT : NOT_KNOWN],
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
