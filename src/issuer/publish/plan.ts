import { quoteShort } from '../../json/quote.ts';
import {
  CACHE_CONTROL,
  DISCOVERY_MEDIA_TYPE,
  JWKS_MEDIA_TYPE,
  type PublicJwk,
  renderDiscovery,
  renderJwks,
} from '../documents.ts';
import { readDiscovery } from '../keys/discovery.ts';
import { readPublicSet } from '../keys/public-jwk.ts';
import { describeWeakKeys } from '../keys/weak-key.ts';
import { checkDocuments } from './document-checks.ts';
import { RECORD_NAME, readKeyRecord, renderKeyRecord } from './key-record.ts';
import { type KeyChange, type MergeInput, mergeKeys } from './merge-keys.ts';
import type { PublicationPlace } from './place.ts';
import type { PublishTarget, WriteOptions } from './target.ts';

export interface PublicationInput extends Pick<MergeInput, 'source' | 'drop' | 'now' | 'tokenLifetime'> {
  readonly place: PublicationPlace;
  /** Go on where what is published cannot be read, or is another issuer's: it is overwritten. */
  readonly replace: boolean;
}

export interface PlannedDocument extends WriteOptions {
  readonly name: string;
  /** undefined: it is not there yet */
  readonly before: string | undefined;
  readonly after: string;
}

export type PublicationPlan =
  | {
      readonly kind: 'plan';
      readonly changes: readonly KeyChange[];
      /** Those that differ from what is there, in the order in which they are to be written. */
      readonly documents: readonly PlannedDocument[];
      /** What else an operator should know, one sentence each. */
      readonly notes: readonly string[];
    }
  | { readonly kind: 'refused'; readonly problems: readonly string[] };

interface Published {
  readonly texts: Readonly<Record<'discovery' | 'jwks' | 'record', string | undefined>>;
  readonly keys: readonly PublicJwk[];
  readonly problems: readonly string[];
}

/**
 * Compares what is published with what should be.
 * @throws Error where the target cannot be read
 */
export async function planPublication(
  target: PublishTarget,
  input: PublicationInput,
): Promise<PublicationPlan> {
  const { place, now, replace } = input;
  const published = await readPublished(target, place);
  if (published.problems.length > 0 && !replace) {
    return { kind: 'refused', problems: published.problems.map(addReplaceRemedy) };
  }
  const { record, problem } = readKeyRecord(published.texts.record, now);
  const mergeInput: MergeInput = { ...input, published: published.keys, record };
  const merge = mergeKeys(mergeInput);
  if (merge.kind === 'refused') return merge;
  const { keys, changes } = merge;
  const texts = {
    discovery: renderDiscovery({ issuer: place.issuer, jwksUri: place.jwksUri, keys }),
    jwks: renderJwks(keys),
    record: renderKeyRecord(merge.record),
  };
  const problems = checkDocuments(texts, place.issuer, mergeInput);
  if (problems.length > 0) return { kind: 'refused', problems };
  const overwritten = published.problems.map((each) => `${each}: it is overwritten`);
  return {
    kind: 'plan',
    changes,
    documents: toDocuments(place, published.texts, texts),
    notes: [...overwritten, ...(problem === undefined ? [] : [problem]), ...describeWeakKeys(keys)],
  };
}

/**
 * Writes what a plan has found different: the JWKS before the discovery document, so that nobody is sent to keys that are
 * not there, and the record last, since one that is behind only keeps keys longer.
 * @throws Error where the target fails; what was written before stays, and the next publication does the rest
 */
export async function writePublication(
  target: PublishTarget,
  documents: readonly PlannedDocument[],
): Promise<void> {
  for (const { name, after, contentType, cacheControl } of documents) {
    await target.write(name, after, { contentType, cacheControl });
  }
}

async function readPublished(target: PublishTarget, place: PublicationPlace): Promise<Published> {
  const [discovery, jwks, record] = await Promise.all(
    [place.discoveryName, place.jwksName, RECORD_NAME].map((name) => target.read(name)),
  );
  const problems: string[] = [];
  if (discovery !== undefined) {
    const problem = checkPublishedDiscovery(discovery, place);
    if (problem !== undefined) problems.push(`${target.describe(place.discoveryName)}: ${problem}`);
  }
  const where = target.describe(place.jwksName);
  const set = jwks === undefined ? undefined : readPublicSet(jwks);
  if (set?.kind === 'refused') problems.push(`${where}: ${set.problem}`);
  const keys = set?.kind === 'keys' ? set.keys : [];
  if (set?.kind === 'keys') problems.push(...set.skipped.map((each) => `${where}: ${each}`));
  return { texts: { discovery, jwks, record }, keys, problems };
}

/** Somebody else's document, or one that leads to keys which would be left out here. */
function checkPublishedDiscovery(text: string, { issuer, jwksUri }: PublicationPlace): string | undefined {
  const reading = readDiscovery(text, issuer, { jwksUriUnused: true });
  if (reading.kind === 'refused') return reading.problem;
  if (reading.jwksUri === jwksUri) return undefined;
  return `its jwks_uri is ${quoteShort(reading.jwksUri)}, where keys may lie that must stay: give it as --jwks-uri`;
}

function addReplaceRemedy(problem: string): string {
  return `${problem}; correct --to or --issuer, or overwrite it with --replace`;
}

function toDocuments(
  place: PublicationPlace,
  before: Published['texts'],
  after: Readonly<Record<'discovery' | 'jwks' | 'record', string>>,
): PlannedDocument[] {
  const wire = { cacheControl: CACHE_CONTROL };
  const json = { ...wire, contentType: DISCOVERY_MEDIA_TYPE };
  return [
    { ...wire, contentType: JWKS_MEDIA_TYPE, name: place.jwksName, before: before.jwks, after: after.jwks },
    { ...json, name: place.discoveryName, before: before.discovery, after: after.discovery },
    { ...json, name: RECORD_NAME, before: before.record, after: after.record },
  ].filter((document) => document.before !== document.after);
}
