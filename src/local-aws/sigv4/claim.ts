/** What a request says of its own signature, well-formed but not yet believed. */
export interface SignatureClaim {
  readonly kind: 'claim';
  readonly form: 'header' | 'query';
  readonly accessKeyId: string;
  readonly scope: CredentialScope;
  /** Lower case, sorted, each once. */
  readonly signedHeaders: readonly string[];
  /** 64 hexadecimal digits, lower case. */
  readonly signature: string;
  /** `YYYYMMDDThhmmssZ` */
  readonly timestamp: string;
  /** ms since epoch: the same as `timestamp` */
  readonly time: number;
  /** seconds; only a presigned URL has it */
  readonly expires?: number;
  readonly sessionToken?: string;
}

/** `<day>/<region>/<service>/aws4_request` */
export interface CredentialScope {
  /** `YYYYMMDD` */
  readonly day: string;
  readonly region: string;
  readonly service: string;
}

export const ALGORITHM = 'AWS4-HMAC-SHA256';

export function renderScope({ day, region, service }: CredentialScope): string {
  return `${day}/${region}/${service}/aws4_request`;
}

/** @returns the key and the scope, or a sentence that says what is wrong */
export function parseCredential(
  text: string,
): { readonly accessKeyId: string; readonly scope: CredentialScope } | string {
  const parts = text.split('/');
  const [accessKeyId = '', day = '', region = '', service = '', terminator] = parts;
  if (parts.length !== 5 || terminator !== 'aws4_request') {
    return 'the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".';
  }
  // Access key ids have 16 to 128 word characters (IAM API Reference, AccessKey).
  if (!/^\w{16,128}$/.test(accessKeyId))
    return 'the Credential has no access key id of 16 to 128 word characters.';
  if (!/^[0-9]{8}$/.test(day)) return 'the Credential has no day of the form YYYYMMDD.';
  if (!/^[a-z0-9-]{1,40}$/.test(region)) return 'the Credential has no region.';
  if (!/^[a-z0-9-]{1,40}$/.test(service)) return 'the Credential has no service.';
  return { accessKeyId, scope: { day, region, service } };
}

/** @returns the names, or undefined where they are not lower-case, sorted and each there once */
export function parseSignedHeaders(text: string): readonly string[] | undefined {
  if (text.length > 4_096 || !/^[a-z0-9!#$%&'*+.^_`|~-]+(?:;[a-z0-9!#$%&'*+.^_`|~-]+)*$/.test(text))
    return undefined;
  const names = text.split(';');
  const inOrder = names.every((name, index) => index === 0 || (names[index - 1] ?? '') < name);
  return inOrder ? names : undefined;
}

export function isSignature(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}
