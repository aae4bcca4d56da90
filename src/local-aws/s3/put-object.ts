import { createHash } from 'node:crypto';
import { MAX_KEY } from './address.ts';
import { checkChecksums } from './checksums.ts';
import { answer, refuse, type S3Call, type S3Operation, type S3Outcome } from './operation.ts';
import type { StoredObject } from './store.ts';

/** Bytes. Larger objects come in parts (multipart), which this S3 does not have. */
export const MAX_OBJECT = 16 * 1_024 * 1_024;

/** Bytes of names and values together (Amazon S3 User Guide, "Working with object metadata"). */
const MAX_METADATA = 2_048;

const KEPT_HEADERS = [
  'content-type',
  'cache-control',
  'content-disposition',
  'content-language',
  'expires',
] as const;

/** Source: Amazon S3 API Reference, PutObject. */
export const PUT_OBJECT: S3Operation = {
  action: 's3:PutObject',
  parameters: [],
  async run(call) {
    const reading = readObject(call);
    if (reading.kind === 'error') return reading;
    const { object } = reading;
    const { headers } = call.request;
    const { bucket, key } = call.address;
    const outcome = await call.store.put(bucket, key, {
      object,
      condition: (present) => holds(present, headers),
    });
    if (outcome === 'no-bucket') return refuse('NoSuchBucket', { BucketName: bucket });
    if (outcome === 'condition')
      return refuse('PreconditionFailed', {
        Condition: headers.has('if-match') ? 'If-Match' : 'If-None-Match',
      });
    if (outcome === 'full')
      return refuse('InvalidRequest', {}, 'The local S3 is full: delete objects, or start it again.');
    return answer(200, { headers: { etag: `"${object.md5}"`, ...object.checksums } });
  },
};

/** Parts of an upload, and uploads by HTML forms. */
export const POST_OBJECT: S3Operation = {
  action: 's3:PutObject',
  parameters: [],
  run: () => refuse('NotImplemented'),
};

type ObjectReading =
  | { readonly kind: 'object'; readonly object: StoredObject }
  | (S3Outcome & { readonly kind: 'error' });

function readObject({ request, address, payload, now }: S3Call): ObjectReading {
  const { data } = payload;
  if (Buffer.byteLength(address.key) > MAX_KEY)
    return refuse('KeyTooLongError', { MaxSizeAllowed: String(MAX_KEY) });
  if (data.length > MAX_OBJECT) return refuse('EntityTooLarge', { MaxSizeAllowed: String(MAX_OBJECT) });
  const headers = readKeptHeaders(request.headers);
  if (headers === undefined) return refuse('MetadataTooLarge', { MaxSizeAllowed: String(MAX_METADATA) });
  const md5 = createHash('md5').update(data).digest();
  const stated = request.headers.get('content-md5');
  if (stated !== undefined && !/^[A-Za-z0-9+/]{22}==$/.test(stated)) return refuse('InvalidDigest');
  if (stated !== undefined && stated !== md5.toString('base64')) return refuse('BadDigest');
  const reading = checkChecksums(data, [...request.headers, ...payload.trailers]);
  if (reading.kind === 'wrong')
    return refuse(
      'BadDigest',
      {},
      `The ${reading.header.slice(15).toUpperCase()} you specified did not match the calculated checksum.`,
    );
  if (reading.kind === 'unknown') return refuse('NotImplemented', { Header: reading.header });
  const { checksums } = reading;
  return { kind: 'object', object: { data, md5: md5.toString('hex'), modified: now, headers, checksums } };
}

function readKeptHeaders(headers: ReadonlyMap<string, string>): Record<string, string> | undefined {
  const metadata = [...headers].filter(([name]) => name.startsWith('x-amz-meta-'));
  const size = metadata.reduce(
    (sum, [name, value]) => sum + name.length - 'x-amz-meta-'.length + value.length,
    0,
  );
  if (size > MAX_METADATA) return undefined;
  const kept = KEPT_HEADERS.flatMap((name): [string, string][] => {
    const value = headers.get(name);
    return value === undefined ? [] : [[name, value]];
  });
  const coding = readContentCoding(headers.get('content-encoding'));
  return Object.fromEntries([
    ['content-type', 'binary/octet-stream'],
    ...kept,
    ...(coding === '' ? [] : [['content-encoding', coding] as const]),
    ...metadata,
  ]);
}

/** `aws-chunked` is how the object came here, and not a property of it. */
function readContentCoding(value = ''): string {
  const codings = value.split(',').map((coding) => coding.trim());
  return codings.filter((coding) => coding !== '' && coding !== 'aws-chunked').join(',');
}

/** Conditional writes. Source: Amazon S3 User Guide, "Prevent object overwrites with conditional writes". */
function holds(present: StoredObject | undefined, headers: ReadonlyMap<string, string>): boolean {
  if (headers.get('if-none-match') === '*' && present !== undefined) return false;
  const wanted = headers.get('if-match');
  return wanted === undefined || wanted.replaceAll('"', '') === present?.md5;
}
