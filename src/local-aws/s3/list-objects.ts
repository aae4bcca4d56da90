import { encodeStrictly } from '../../aws/sigv4/percent.ts';
import { renderXml, type Tree } from '../xml.ts';
import { type Listing, listKeys } from './listing.ts';
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
  const place: Tree = second
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
    ...place,
    MaxKeys: readLimit(parameters),
    Delimiter: encoded('delimiter'),
    EncodingType: parameters.get('encoding-type'),
    IsTruncated: next !== undefined,
    Contents: contents,
    CommonPrefixes: prefixes.map((prefix) => ({ Prefix: encode(prefix) })),
  };
}
