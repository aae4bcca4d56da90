import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import type { CredentialSource } from './credentials.ts';

type HashConstructor = ConstructorParameters<typeof SignatureV4>[0]['sha256'];
type HashInput = string | ArrayBuffer | ArrayBufferView;

/** SHA-256, or its HMAC where there is a key, in the shape that the signer asks for: Node's own, which is in C. */
class NodeSha256 {
  readonly #key: HashInput | undefined;
  #hash: ReturnType<typeof createHash | typeof createHmac>;

  constructor(key?: HashInput) {
    this.#key = key;
    this.#hash = start(key);
  }

  update(data: HashInput): void {
    this.#hash.update(toInput(data));
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {
    this.#hash = start(this.#key);
  }
}

function start(key: HashInput | undefined) {
  return key === undefined ? createHash('sha256') : createHmac('sha256', toInput(key));
}

function toInput(data: HashInput): string | Uint8Array {
  if (typeof data === 'string') return data;
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

const SHA256: HashConstructor = NodeSha256;

/**
 * Signs requests to S3 with Signature Version 4. S3 alone takes the path as it is on the wire, without escaping it again
 * (AWS, "Create a signed AWS API request", canonical URI), and wants the body's hash as a header.
 */
export function createS3Signer(region: string, credentials: CredentialSource): SignatureV4 {
  return new SignatureV4({ service: 's3', region, credentials, sha256: SHA256, uriEscapePath: false });
}
