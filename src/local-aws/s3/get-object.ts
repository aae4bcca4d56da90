import { isAllowed } from '../permissions.ts';
import { answer, refuse, type S3Call, type S3Operation, type S3Outcome, toResource } from './operation.ts';
import type { StoredObject } from './store.ts';

/** Source: Amazon S3 API Reference, GetObject. */
export const GET_OBJECT: S3Operation = { action: 's3:GetObject', parameters: [], run: getObject };

/** The same without the data; the shell leaves the body of an answer to HEAD out. */
export const HEAD_OBJECT: S3Operation = GET_OBJECT;

function getObject(call: S3Call): S3Outcome {
  const { address, store, request } = call;
  const object = store.get(address.bucket, address.key);
  if (object === undefined) return describeMissing(call);
  const headers = toHeaders(object, request.headers);
  const condition = checkConditions(object, request.headers);
  if (condition === 304) return answer(304, { headers: { etag: headers['etag'] ?? '' } });
  if (condition === 412) return refuse('PreconditionFailed');
  const range = readRange(request.headers.get('range'), object.data.length);
  if (range === undefined) return answer(200, { headers, body: object.data });
  if (range === 'none') return refuse('InvalidRange', { ActualObjectSize: String(object.data.length) });
  const [start, end] = range;
  const { length } = object.data;
  // A checksum of the whole does not fit a part.
  const own = Object.fromEntries(
    Object.entries(headers).filter(([name]) => !name.startsWith('x-amz-checksum-')),
  );
  return answer(206, {
    headers: { ...own, 'content-range': `bytes ${start}-${end}/${length}` },
    body: object.data.subarray(start, end + 1),
  });
}

/** Whoever may not list does not learn what is not there (Amazon S3 API Reference, GetObject, "Permissions"). */
function describeMissing({ address, caller }: S3Call): S3Outcome {
  const mayList = isAllowed(caller, 's3:ListBucket', toResource({ ...address, key: '' }));
  if (mayList) return refuse('NoSuchKey', { Key: address.key });
  return {
    ...refuse('AccessDenied'),
    reason: 'there is no such object, and the caller may not list the bucket',
  };
}

function toHeaders(object: StoredObject, asked: ReadonlyMap<string, string>): Record<string, string> {
  const wanted = asked.get('x-amz-checksum-mode')?.toUpperCase() === 'ENABLED';
  return {
    ...object.headers,
    etag: `"${object.md5}"`,
    'last-modified': new Date(object.modified).toUTCString(),
    'accept-ranges': 'bytes',
    ...(wanted && object.checksums),
  };
}

/** RFC 9110 section 13.2.2: `If-Match` first, then `If-None-Match`. */
function checkConditions({ md5 }: StoredObject, headers: ReadonlyMap<string, string>): 200 | 304 | 412 {
  const has = (list: string): boolean =>
    list.split(',').some((tag) => ['*', `"${md5}"`, md5].includes(tag.trim()));
  const [match, noneMatch] = [headers.get('if-match'), headers.get('if-none-match')];
  if (match !== undefined && !has(match)) return 412;
  return noneMatch !== undefined && has(noneMatch) ? 304 : 200;
}

/** One range of bytes, both ends included; several are answered with the whole, as S3 does. */
function readRange(text: string | undefined, length: number): readonly [number, number] | 'none' | undefined {
  const [, first = '', last = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(text ?? '') ?? [];
  if (first === '' && last === '') return undefined;
  const start = first === '' ? Math.max(0, length - Number(last)) : Number(first);
  const end = first === '' || last === '' ? length - 1 : Math.min(Number(last), length - 1);
  if (last !== '' && first !== '' && Number(last) < start) return undefined;
  return start < length && start <= end ? [start, end] : 'none';
}
