import { encodeStrictly } from '../../aws/sigv4/percent.ts';
import { renderXml, type Tree } from '../xml.ts';
import { answerXml, refuse, type S3Call, type S3Operation, type S3Outcome } from './operation.ts';

/** Both versions of the operation. Source: Amazon S3 API Reference, ListObjectsV2 and ListObjects. */
export const LIST_OBJECTS: S3Operation = {
  action: 's3:ListBucket',
  parameters: [
    'list-type',
    'prefix',
    'delimiter',
    'max-keys',
    'encoding-type',
    'start-after',
    'continuation-token',
    'fetch-owner',
    'marker',
  ],
  run: listObjects,
};

const MAX_KEYS = 1_000;

function listObjects(call: S3Call): S3Outcome {
  const { parameters } = call;
  const wrong = findWrong(parameters);
  if (wrong !== undefined) return refuse('InvalidArgument', { ArgumentName: wrong });
  const second = parameters.get('list-type') === '2';
  const listing = listKeys(call.store.keys(call.address.bucket), {
    prefix: parameters.get('prefix') ?? '',
    delimiter: parameters.get('delimiter') ?? '',
    after: (second ? readStart(parameters) : parameters.get('marker')) ?? '',
    limit: readLimit(parameters),
  });
  const encode = parameters.has('encoding-type') ? encodeUrl : (text: string): string => text;
  return answerXml(renderXml(ROOT, toTree(call, { listing, encode, second })));
}

type Parameters = ReadonlyMap<string, string>;

const FORMS: readonly (readonly [parameter: string, form: RegExp])[] = [
  ['list-type', /^2$/],
  ['max-keys', /^\d{1,9}$/],
  ['encoding-type', /^url$/],
  ['continuation-token', /^[\w-]+$/],
];

function findWrong(parameters: Parameters): string | undefined {
  return FORMS.find(([name, form]) => !form.test(parameters.get(name) ?? '') && parameters.has(name))?.[0];
}

function readStart(parameters: Parameters): string | undefined {
  const token = parameters.get('continuation-token');
  return token === undefined ? parameters.get('start-after') : Buffer.from(token, 'base64url').toString();
}

function readLimit(parameters: Parameters): number {
  return Math.min(Number(parameters.get('max-keys') ?? MAX_KEYS), MAX_KEYS);
}

const ROOT = 'ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';

/** S3 leaves the slash as it is. */
function encodeUrl(text: string): string {
  return encodeStrictly(text).replaceAll('%2F', '/');
}

interface Page {
  readonly listing: Listing;
  encode(text: string): string;
  /** Version 2 of the operation. */
  readonly second: boolean;
}

function toTree({ address, parameters, store }: S3Call, { listing, encode, second }: Page): Tree {
  const { keys, prefixes, next } = listing;
  const encoded = (name: string): string | undefined => {
    const value = parameters.get(name);
    return value === undefined ? undefined : encode(value);
  };
  const contents = keys.flatMap((key) => {
    const object = store.get(address.bucket, key);
    if (object === undefined) return [];
    const { modified, md5, data } = object;
    return [
      {
        Key: encode(key),
        LastModified: new Date(modified).toISOString(),
        ETag: `"${md5}"`,
        Size: data.length,
        StorageClass: 'STANDARD',
      },
    ];
  });
  const position: Tree = second
    ? {
        KeyCount: keys.length + prefixes.length,
        ContinuationToken: parameters.get('continuation-token'),
        NextContinuationToken: next === undefined ? undefined : Buffer.from(next).toString('base64url'),
        StartAfter: encoded('start-after'),
      }
    : { Marker: encoded('marker') ?? '', NextMarker: next === undefined ? undefined : encode(next) };
  return {
    Name: address.bucket,
    Prefix: encoded('prefix') ?? '',
    ...position,
    MaxKeys: readLimit(parameters),
    Delimiter: encoded('delimiter'),
    EncodingType: parameters.get('encoding-type'),
    IsTruncated: next !== undefined,
    Contents: contents,
    CommonPrefixes: prefixes.map((prefix) => ({ Prefix: encode(prefix) })),
  };
}

interface ListingQuery {
  readonly prefix: string;
  /** What follows the prefix up to the first of these becomes one common prefix; '' has none. */
  readonly delimiter: string;
  /** Only what comes after this key or common prefix; '' is the beginning. */
  readonly after: string;
  /** Of keys and common prefixes together. */
  readonly limit: number;
}

interface Listing {
  readonly keys: readonly string[];
  readonly prefixes: readonly string[];
  /** Where the next page begins: after this. Absent on the last one. */
  readonly next?: string;
}

/** @param sorted all keys of the bucket, by their bytes */
function listKeys(sorted: readonly string[], query: ListingQuery): Listing {
  const keys: string[] = [];
  const prefixes: string[] = [];
  let last: string | undefined;
  for (const key of sorted) {
    const entry = toEntry(key, query);
    if (entry === undefined || entry === prefixes.at(-1) || !isAfter(entry, query.after)) continue;
    if (keys.length + prefixes.length >= query.limit)
      return { keys, prefixes, ...(last !== undefined && { next: last }) };
    (entry === key ? keys : prefixes).push(entry);
    last = entry;
  }
  return { keys, prefixes };
}

/** The key itself, or the common prefix that stands for it. */
function toEntry(key: string, { prefix, delimiter }: ListingQuery): string | undefined {
  if (!key.startsWith(prefix)) return undefined;
  const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
  return end === -1 ? key : key.slice(0, end + delimiter.length);
}

function isAfter(entry: string, after: string): boolean {
  return Buffer.compare(Buffer.from(entry), Buffer.from(after)) > 0;
}
