import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import { type AwsRequest, readHeaders } from '../../../src/local-aws/route.ts';
import type { SigningCredentials } from '../../../src/local-aws/sigv4/verify.ts';

/** 28 April 2023, 12:00 UTC, in ms. */
export const NOW = Date.UTC(2023, 3, 28, 12);

/** Long-lived keys of a user. */
export const KEYS: SigningCredentials = {
  accessKeyId: 'AKIAEXAMPLEEXAMPLE00',
  secretAccessKey: 'a secret of the tests/with+signs=',
};

/** Temporary keys that last an hour from {@link NOW}. */
export const SESSION: SigningCredentials = {
  accessKeyId: 'ASIAEXAMPLEEXAMPLE00',
  secretAccessKey: 'another secret of the tests',
  sessionToken: 'session/token+of=the tests',
  expiration: NOW + 3_600_000,
};

/** What the client library wants of a hash. */
class Sha256 {
  #hash: Hash | Hmac;
  readonly #create: () => Hash | Hmac;
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#create = () =>
      secret === undefined ? createHash('sha256') : createHmac('sha256', toBytes(secret));
    this.#hash = this.#create();
  }
  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(toBytes(data));
  }
  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }
  reset(): void {
    this.#hash = this.#create();
  }
}

function toBytes(data: string | ArrayBuffer | ArrayBufferView): Buffer {
  if (typeof data === 'string') return Buffer.from(data);
  return ArrayBuffer.isView(data)
    ? Buffer.from(data.buffer, data.byteOffset, data.byteLength)
    : Buffer.from(data);
}

export interface Plan {
  readonly service?: 'sts' | 'ec2' | 's3';
  readonly region?: string;
  readonly method?: string;
  readonly host?: string;
  /** As it is sent, encoded. */
  readonly path?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  readonly keys?: SigningCredentials;
  /** ms since epoch */
  readonly at?: number;
}

function toSigner({ service = 'sts', region = 'us-west-2', keys = KEYS }: Plan): SignatureV4 {
  return new SignatureV4({
    service,
    region,
    credentials: {
      accessKeyId: keys.accessKeyId,
      secretAccessKey: keys.secretAccessKey,
      ...(keys.sessionToken !== undefined && { sessionToken: keys.sessionToken }),
    },
    sha256: Sha256,
    uriEscapePath: service !== 's3',
    // S3 clients send the hash as a header, all others do not need to.
    applyChecksum: service === 's3',
  });
}

function toHttpRequest({ method = 'GET', host = 'sts.us-west-2.amazonaws.com', path = '/', ...plan }: Plan) {
  return {
    method,
    protocol: 'https:',
    hostname: host,
    path,
    query: { ...plan.query },
    headers: { host, ...plan.headers },
    ...(plan.body !== undefined && { body: plan.body }),
  };
}

/** A request signed in its Authorization header by the client library, which shares no code with what it is judged by. */
export async function signHeaders(plan: Plan = {}): Promise<AwsRequest> {
  const signed = await toSigner(plan).sign(toHttpRequest(plan), { signingDate: new Date(plan.at ?? NOW) });
  return toAwsRequest(signed, plan);
}

/** A presigned request. */
export async function presign(plan: Plan & { readonly expiresIn?: number } = {}): Promise<AwsRequest> {
  const signed = await toSigner(plan).presign(toHttpRequest(plan), {
    signingDate: new Date(plan.at ?? NOW),
    expiresIn: plan.expiresIn ?? 60,
    unhoistableHeaders: new Set(['x-k8s-aws-id']),
  });
  return toAwsRequest(signed, plan);
}

interface SignedMessage {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
}

function toAwsRequest({ method, path, query = {}, headers }: SignedMessage, { body = '' }: Plan): AwsRequest {
  const parameters = Object.entries(query).map(
    ([name, value]) => `${encode(name)}=${encode(String(value ?? ''))}`,
  );
  return {
    method,
    path,
    query: parameters.join('&'),
    headers: readHeaders(Object.entries(headers).flat()),
    body: Buffer.from(body),
    secure: true,
    sourceIp: '127.0.0.1',
  };
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** The same request with one header more, or another value of it; undefined takes it away. */
export function withHeader(request: AwsRequest, name: string, value: string | undefined): AwsRequest {
  const headers = new Map(request.headers);
  if (value === undefined) headers.delete(name);
  else headers.set(name, value);
  return { ...request, headers };
}
