import { parseDocumentUrl } from '../../base/names/document-url.ts';
import { isLoopbackHost } from '../../base/names/loopback-host.ts';
import { quoteShort } from '../../json/quote.ts';
import { readJson } from '../../json/read.ts';
import { isRecord, type JsonRecord, readMember } from '../../json/record.ts';
import { checkDemandedLists, toDiscoveryUrl } from '../keys/discovery.ts';
import { type KeySet, readKeySet } from '../keys/key-set.ts';
import { findSecretMaterial } from '../keys/secret-material.ts';
import { checkAlgorithms } from './algorithms.ts';
import { type DriftCode, type DriftFinding, describeWeak, toFinding } from './findings.ts';

/** What AWS takes of each key type. */
const MAX_OF_A_TYPE = 100;
const NAMED = 3;

export interface PublicDiscovery {
  /** Where STS fetches the keys; undefined: nowhere. */
  readonly jwksUri: string | undefined;
  readonly findings: readonly DriftFinding[];
}

/** Reads the public discovery document by what STS makes of it; a strict reader would stop at the first fault. */
export function readPublicDiscovery(text: string, issuer: string): PublicDiscovery {
  const where = toDiscoveryUrl(issuer);
  const reading = readJson(text);
  if (reading.kind === 'malformed') return unreadable(where, reading.problem);
  if (reading.duplicates.length > 0) return unreadable(where, 'it has a member twice');
  if (!isRecord(reading.value)) return unreadable(where, 'it is no JSON object');
  const document = reading.value;
  const { jwksUri, findings } = checkJwksUri(document, issuer, where);
  return {
    jwksUri,
    findings: [
      ...checkIssuer(document, issuer, where),
      ...checkLists(document, where),
      ...checkAlgorithms(document, 'the public discovery document', where),
      ...findings,
    ],
  };
}

function unreadable(where: string, problem: string): PublicDiscovery {
  const finding = toFinding(
    'discovery-unreadable',
    where,
    `the public discovery document cannot be read: ${problem}`,
  );
  return { jwksUri: undefined, findings: [finding] };
}

function checkIssuer(document: JsonRecord, issuer: string, where: string): DriftFinding[] {
  const found = readMember(document, 'issuer');
  if (found === issuer) return [];
  if (typeof found !== 'string') {
    return [toFinding('discovery-incomplete', where, 'the public discovery document has no "issuer"')];
  }
  const what = `the public discovery document is that of ${quoteShort(found)} and not of ${quoteShort(issuer)}`;
  return [toFinding('discovery-issuer-differs', where, what)];
}

function checkLists(document: JsonRecord, where: string): DriftFinding[] {
  const { lacking, empty } = checkDemandedLists(document);
  const of = (names: readonly string[]): string => `the public discovery document lacks ${names.join(', ')}`;
  return [
    ...(lacking.length > 0 ? [toFinding('discovery-incomplete', where, of(lacking))] : []),
    ...(empty.length > 0
      ? [
          toFinding(
            'discovery-null-member',
            where,
            `${empty.join(', ')} of the public discovery document: null`,
          ),
        ]
      : []),
  ];
}

function checkJwksUri(document: JsonRecord, issuer: string, where: string): PublicDiscovery {
  const nowhere = (code: DriftCode, what: string): PublicDiscovery => {
    return { jwksUri: undefined, findings: [toFinding(code, where, what)] };
  };
  const value = readMember(document, 'jwks_uri');
  if (typeof value !== 'string') {
    return nowhere('discovery-incomplete', 'the public discovery document has no "jwks_uri"');
  }
  const parsed = parseDocumentUrl(value);
  if (parsed.kind === 'refused') return nowhere('jwks-uri-unusable', `the jwks_uri ${parsed.problem}`);
  const { host, hostname } = parsed.url;
  const from = URL.parse(issuer);
  if (from?.host === host) return { jwksUri: value, findings: [] };
  // For STS that would be itself; here it would be whatever listens beside us, asked because a stranger says so.
  if (isLoopbackHost(hostname) && !isLoopbackHost(from?.hostname ?? '')) {
    return nowhere('jwks-uri-unusable', `the jwks_uri leads to ${host}, which is whatever machine reads it`);
  }
  const what = `the jwks_uri leads to ${host}, another host than the issuer's`;
  return { jwksUri: value, findings: [toFinding('jwks-uri-other-host', where, what)] };
}

export interface PublicKeys {
  readonly set: KeySet | undefined;
  readonly findings: readonly DriftFinding[];
}

/**
 * Reads the public JWKS, and says what AWS would have against it.
 * @param where its URL
 */
export function readPublicKeys(text: string, where: string): PublicKeys {
  const reading = readJson(text);
  const secret = reading.kind === 'read' ? findSecretMaterial(reading.value) : undefined;
  if (secret !== undefined) {
    return {
      set: undefined,
      findings: [toFinding('private-key-public', where, `the public JWKS shows ${secret}`)],
    };
  }
  const findings = reading.kind === 'read' ? countTypes(reading.value, where) : [];
  const set = readKeySet(text);
  if (set.kind === 'refused') {
    // A set that is too large is refused for that very reason, and was told so above.
    if (findings.length > 0) return { set: undefined, findings };
    return {
      set: undefined,
      findings: [toFinding('jwks-unreadable', where, `the public JWKS: ${set.problem}`)],
    };
  }
  return { set, findings: [...findings, ...describeWeak(set, where), ...describeSkipped(set, where)] };
}

function countTypes(document: unknown, where: string): DriftFinding[] {
  const list = isRecord(document) ? readMember(document, 'keys') : undefined;
  if (!Array.isArray(list)) return [];
  return ['RSA', 'EC'].flatMap((type) => {
    const count = list.filter((jwk) => isRecord(jwk) && readMember(jwk, 'kty') === type).length;
    return count > MAX_OF_A_TYPE
      ? [toFinding('too-many-keys', where, `the public JWKS has ${count} ${type} keys`)]
      : [];
  });
}

function describeSkipped({ skipped }: KeySet, where: string): DriftFinding[] {
  if (skipped.length === 0) return [];
  const named = skipped.slice(0, NAMED).map(({ index, problem }) => `key ${index}: ${problem}`);
  const more = skipped.length > NAMED ? `, and ${skipped.length - NAMED} more` : '';
  return [
    toFinding(
      'key-not-accepted',
      where,
      `the public JWKS has keys that AWS does not take (${named.join('; ')}${more})`,
    ),
  ];
}
