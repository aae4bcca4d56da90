import { quoteShort } from '../../json/quote.ts';
import { readJson } from '../../json/read.ts';
import { readDiscovery } from '../keys/discovery.ts';
import { readPublicSet } from '../keys/public-jwk.ts';
import { findSecretMaterial } from '../keys/secret-material.ts';
import { toRetirement } from '../rotation.ts';
import type { MergeInput } from './merge-keys.ts';

export interface DocumentTexts {
  readonly discovery: string;
  readonly jwks: string;
  readonly record: string;
}

/** AWS takes as many of each kind. */
const MAX_KEYS_OF_A_KIND = 100;

/**
 * The last look before anything is written, at the bytes themselves: whatever went wrong before, a private key does not
 * get out, and neither do documents that would lock every pod out of AWS.
 * @param input what the JWKS was made from; which keys must be in it is found out anew
 */
export function checkDocuments(texts: DocumentTexts, issuer: string, input: MergeInput): string[] {
  const problems = Object.entries(texts).flatMap(([name, text]) => checkPublic(name, text));
  const discovery = readDiscovery(texts.discovery, issuer);
  if (discovery.kind === 'refused') problems.push(`the discovery document is not fit: ${discovery.problem}`);
  const set = readPublicSet(texts.jwks);
  if (set.kind === 'refused') return [...problems, `the JWKS is not fit: ${set.problem}`];
  const kids = new Set(set.keys.map(({ kid }) => kid));
  const missing = findKept(input).filter((kid) => !kids.has(kid));
  problems.push(...missing.map((kid) => `the JWKS lacks key ${quoteShort(kid)}, which must stay`));
  for (const kty of ['RSA', 'EC']) {
    const count = set.keys.filter((key) => key.kty === kty).length;
    if (count > MAX_KEYS_OF_A_KIND) {
      problems.push(
        `the JWKS has ${count} ${kty} keys, and AWS takes ${MAX_KEYS_OF_A_KIND}: drop old ones with --drop`,
      );
    }
  }
  return problems;
}

/** Key ids of the source, and of published keys that are neither given up nor known to be old enough. */
function findKept({ source, published, record, drop, now, tokenLifetime }: MergeInput): string[] {
  const young = published.filter(({ kid }) => {
    const absentSince = record.get(kid)?.absentSince;
    const old = absentSince !== undefined && now >= toRetirement(absentSince, tokenLifetime);
    return !old && !drop.includes(kid);
  });
  return [...source, ...young].map(({ kid }) => kid);
}

function checkPublic(name: string, text: string): string[] {
  const reading = readJson(text);
  if (reading.kind === 'malformed') return [`the ${name} document is malformed: ${reading.problem}`];
  const secret = findSecretMaterial(reading.value);
  return secret === undefined ? [] : [`the ${name} document shows ${secret}: nothing was written`];
}
