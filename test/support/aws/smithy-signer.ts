import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import { KEYS, NOW, type Plan, type SentRequest, toSentRequest } from './signing-plan.ts';

/** What the client library wants of a hash. */
export class Sha256 {
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
export async function signHeaders(plan: Plan = {}): Promise<SentRequest> {
  const signed = await toSigner(plan).sign(toHttpRequest(plan), { signingDate: new Date(plan.at ?? NOW) });
  return toSent(signed, plan);
}

/** A presigned request. */
export async function presign(plan: Plan & { readonly expiresIn?: number } = {}): Promise<SentRequest> {
  const signed = await toSigner(plan).presign(toHttpRequest(plan), {
    signingDate: new Date(plan.at ?? NOW),
    expiresIn: plan.expiresIn ?? 60,
    unhoistableHeaders: new Set(['x-k8s-aws-id']),
  });
  return toSent(signed, plan);
}

interface SignedMessage {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>;
  readonly headers: Readonly<Record<string, string>>;
}

function toSent({ method, path, query = {}, headers }: SignedMessage, plan: Plan): SentRequest {
  const parameters = Object.entries(query).map(
    ([name, value]) => `${encode(name)}=${encode(String(value ?? ''))}`,
  );
  return toSentRequest({ method, path, query: parameters.join('&'), headers: Object.entries(headers) }, plan);
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
