import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

export const ALGORITHM = 'AWS4-HMAC-SHA256';

/** Whoever signs, and with what. Never printed, never logged. */
export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Temporary credentials have one, and it must come with each request. */
  readonly sessionToken?: string;
}

/** `<day>/<region>/<service>/aws4_request` */
export interface CredentialScope {
  /** `YYYYMMDD` */
  readonly day: string;
  readonly region: string;
  readonly service: string;
}

export function renderScope({ day, region, service }: CredentialScope): string {
  return `${day}/${region}/${service}/aws4_request`;
}

/** The key that signs everything of one day, region and service ("Create a signed AWS API request", step 3). */
export function deriveSigningKey(secretAccessKey: string, { day, region, service }: CredentialScope): Buffer {
  const steps = [day, region, service, 'aws4_request'];
  return steps.reduce<Buffer>((key, step) => hmac(key, step), Buffer.from(`AWS4${secretAccessKey}`));
}

/** What a signature is made with. */
export interface SigningContext {
  readonly key: Buffer;
  /** `YYYYMMDDThhmmssZ` */
  readonly timestamp: string;
  readonly scope: CredentialScope;
}

/** @returns the signature of a canonical request, hexadecimal */
export function signCanonicalRequest(canonicalRequest: string, context: SigningContext): string {
  return signLines(ALGORITHM, context, [sha256(canonicalRequest)]);
}

/** @returns the HMAC of `algorithm`, time, scope and `lines`, hexadecimal */
export function signLines(algorithm: string, context: SigningContext, lines: readonly string[]): string {
  const text = [algorithm, context.timestamp, renderScope(context.scope), ...lines].join('\n');
  return hmac(context.key, text).toString('hex');
}

/** SHA-256 of nothing; written down, since a start that signs nothing has no use for cryptography. */
export const EMPTY_HASH = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/** @returns hexadecimal */
export function sha256(data: string | Uint8Array): string {
  return createHash('sha256')
    .update(typeof data === 'string' ? Buffer.from(data, 'latin1') : data)
    .digest('hex');
}

/** Compares two texts in a time that does not tell where they differ. */
export function isSame(expected: string, given: string): boolean {
  const [left, right] = [Buffer.from(expected), Buffer.from(given)];
  return left.length === right.length && timingSafeEqual(left, right);
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
