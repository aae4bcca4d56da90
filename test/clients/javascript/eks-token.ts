/** Prints a token for CLUSTER as scripts make one with the AWS SDK for JavaScript: CLUSTER REGION HOST. */
import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';

/** What SignatureV4 wants of a hash. */
class Sha256 {
  readonly #hash;
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash =
      secret === undefined
        ? createHash('sha256')
        : createHmac('sha256', secret as string | NodeJS.ArrayBufferView);
  }
  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(data as string | NodeJS.ArrayBufferView);
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
  reset(): void {}
}

const [cluster = '', region = '', host = ''] = process.argv.slice(2);
const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '', AWS_SESSION_TOKEN } = process.env;
const signer = new SignatureV4({
  credentials: {
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    ...(AWS_SESSION_TOKEN !== undefined && { sessionToken: AWS_SESSION_TOKEN }),
  },
  region,
  service: 'sts',
  sha256: Sha256,
});
const signed = await signer.presign(
  {
    method: 'GET',
    protocol: 'https:',
    hostname: host,
    path: '/',
    query: { Action: 'GetCallerIdentity', Version: '2011-06-15' },
    headers: { host, 'x-k8s-aws-id': cluster },
  },
  {
    expiresIn: 60,
    unhoistableHeaders: new Set(['x-k8s-aws-id']),
    signableHeaders: new Set(['host', 'x-k8s-aws-id']),
  },
);
const query = Object.entries(signed.query ?? {}).map(
  ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`,
);
const url = `https://${host}/?${query.join('&')}`;
console.log(`k8s-aws-v1.${Buffer.from(url).toString('base64url')}`);
