/** What can be wrong with a signature. A closed list: each service has its own error for each. */
export type SignatureFault =
  /** Nothing is signed at all. */
  | 'missing'
  /** Another way to sign, such as Signature Version 2, which the AWS CLI still presigns S3 URLs with unless told. */
  | 'other-mechanism'
  /** Both an Authorization header and `X-Amz-Algorithm`. */
  | 'two-forms'
  /** The header or the query parameters are not what the grammar says. */
  | 'malformed'
  | 'wrong-service'
  | 'wrong-region'
  /** The day of the credential scope is not that of `X-Amz-Date`. */
  | 'wrong-day'
  /** A header that must be signed is not: the host, or one that begins with `x-amz-`. */
  | 'unsigned-header'
  | 'too-early'
  | 'too-late'
  /** A presigned URL after its `X-Amz-Expires`. */
  | 'url-expired'
  | 'unknown-key'
  /** The session token is missing, is another key's, or comes with a key that has none. */
  | 'wrong-token'
  /** The credentials are past their expiration. */
  | 'credentials-expired'
  | 'mismatch'
  /** S3 wants `x-amz-content-sha256`. */
  | 'no-payload-hash'
  | 'bad-payload-hash'
  | 'payload-mismatch'
  | 'malformed-chunks'
  | 'chunk-too-small'
  /** The decoded body is not as long as `x-amz-decoded-content-length` says. */
  | 'length-mismatch';

export interface SignatureRefusal {
  readonly kind: 'refused';
  readonly fault: SignatureFault;
  /** One sentence, in AWS's words where they are known. Never a part of a secret or of a signature. */
  readonly detail: string;
}

export function refuse(fault: SignatureFault, detail: string): SignatureRefusal {
  return { kind: 'refused', fault, detail };
}
