import type { CredentialProblem } from './refusal.ts';
import type { CredentialScope } from './signature.ts';

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

export type Credential = Pick<SignatureClaim, 'accessKeyId' | 'scope'>;

/** @returns the key and the scope, or what is wrong */
export function parseCredential(text: string): Credential | CredentialProblem {
  const parts = text.split('/');
  const [accessKeyId = '', day = '', region = '', service = '', terminator] = parts;
  if (parts.length !== 5 || terminator !== 'aws4_request') return 'credential';
  // Access key ids have 16 to 128 word characters (IAM API Reference, AccessKey).
  if (!/^\w{16,128}$/.test(accessKeyId)) return 'access-key-id';
  if (!/^[0-9]{8}$/.test(day)) return 'scope-day';
  if (!/^[a-z0-9-]{1,40}$/.test(region)) return 'scope-region';
  if (!/^[a-z0-9-]{1,40}$/.test(service)) return 'scope-service';
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
