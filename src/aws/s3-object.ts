import { readBounded } from '../base/bounded-read.ts';
import { ExplainedError, toError, toLine } from '../base/errors.ts';
import type { CredentialSource } from './credentials.ts';
import { S3Error, toS3Error } from './s3-errors.ts';
import { type S3Location, toObjectUrl } from './s3-location.ts';
import { createS3Signer } from './s3-signer.ts';

export interface PutObjectRequest extends S3Location {
  readonly body: Uint8Array;
  readonly contentType: string;
  readonly cacheControl?: string;
}

export interface S3Deps {
  readonly credentials: CredentialSource;
  readonly fetch: typeof fetch;
  /** ms since epoch */
  readonly now: () => number;
  /** For the whole exchange; 30 s unless told. */
  readonly timeoutMs?: number;
}

const DEFAULT_TIMEOUT = 30_000;
const MAX_OBJECT_BYTES = 1024 * 1024;
const MAX_ERROR_BYTES = 64 * 1024;

/**
 * One PutObject, signed with Signature Version 4 over the body's hash. Sent once: whoever asks may ask again, since the
 * same bytes make the same object.
 * @throws S3Error where S3 refuses it; Error where it cannot be reached, or there are no credentials
 */
export async function putObject(request: PutObjectRequest, deps: S3Deps): Promise<void> {
  const { body, contentType, cacheControl } = request;
  const headers = { 'content-type': contentType, ...(cacheControl && { 'cache-control': cacheControl }) };
  const response = await exchange({ method: 'PUT', location: request, headers, body }, deps);
  await checkStatus(response, `cannot write s3://${request.bucket}/${request.key}`);
  await response.body?.cancel();
}

/**
 * One GetObject of at most 1 MiB.
 * @returns undefined where the object does not exist
 * @throws as {@link putObject}, and where the object is larger
 */
export async function getObject(location: S3Location, deps: S3Deps): Promise<Buffer | undefined> {
  const what = `cannot read s3://${location.bucket}/${location.key}`;
  const response = await exchange({ method: 'GET', location, headers: {} }, deps);
  try {
    await checkStatus(response, what);
  } catch (error) {
    if (error instanceof S3Error && error.code === 'NoSuchKey') return undefined;
    throw error;
  }
  const bytes = await readBody(response, MAX_OBJECT_BYTES);
  if (bytes === undefined) throw new ExplainedError(`${what}: it is larger than ${MAX_OBJECT_BYTES} bytes`);
  return bytes;
}

interface Exchange {
  readonly method: 'GET' | 'PUT';
  readonly location: S3Location;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

async function exchange({ method, location, headers, body }: Exchange, deps: S3Deps): Promise<Response> {
  const url = toObjectUrl(location);
  const signed = await createS3Signer(location.region, deps.credentials).sign(
    {
      method,
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      headers: { ...headers, host: url.host },
      ...(body && { body }),
    },
    { signingDate: new Date(deps.now()) },
  );
  // fetch sends the URL's own host, which is what was signed.
  const { host: _, ...rest } = signed.headers;
  try {
    return await deps.fetch(url, {
      method,
      headers: rest,
      redirect: 'manual',
      signal: AbortSignal.timeout(deps.timeoutMs ?? DEFAULT_TIMEOUT),
      ...(body && { body: new Uint8Array(body) }),
    });
  } catch (error) {
    throw new ExplainedError(`${url.origin}: ${describeFetchError(error)}`, { cause: error });
  }
}

/** fetch says "fetch failed", and the reason is its cause. */
function describeFetchError(error: unknown): string {
  const cause = toError(error instanceof Error && error.cause instanceof Error ? error.cause : error);
  return toLine(cause.message || cause.name);
}

/** @throws S3Error */
async function checkStatus(response: Response, what: string): Promise<void> {
  if (response.ok) return;
  const body = (await readBody(response, MAX_ERROR_BYTES))?.toString('utf8') ?? '';
  const bucketRegion = response.headers.get('x-amz-bucket-region') ?? undefined;
  throw toS3Error({ what, status: response.status, body, bucketRegion });
}

/** undefined where there is more than `maxBytes` */
async function readBody(response: Response, maxBytes: number): Promise<Buffer | undefined> {
  if (response.body === null) return Buffer.alloc(0);
  try {
    return await readBounded(response.body, maxBytes);
  } catch (error) {
    throw new ExplainedError(`${response.url}: the answer broke off: ${describeFetchError(error)}`, {
      cause: error,
    });
  }
}
