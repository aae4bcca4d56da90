/** What can be wrong with a signature: a closed list of codes with their facts. Each service has its own words for each. */
export type SignatureFault =
  /** Nothing is signed at all. */
  | { readonly fault: 'missing' }
  /** Another way to sign, such as Signature Version 2, which the AWS CLI still presigns S3 URLs with unless told. */
  | { readonly fault: 'other-mechanism' }
  /** Both an Authorization header and `X-Amz-Algorithm`. */
  | { readonly fault: 'two-forms' }
  | MalformedHeader
  | MalformedQuery
  | { readonly fault: 'wrong-service' | 'wrong-region'; readonly expected: string }
  /** The day of the credential scope is not that of `X-Amz-Date`. */
  | { readonly fault: 'wrong-day'; readonly day: string; readonly timestamp: string }
  /** A header that must be signed is not: the host, the date, or one that begins with `x-amz-`. */
  | { readonly fault: 'unsigned-header'; readonly names: readonly string[] }
  /** `now`: ms since epoch, what the signature's own time was held against */
  | { readonly fault: 'too-early' | 'too-late'; readonly timestamp: string; readonly now: number }
  /** A presigned URL after its `X-Amz-Expires`. */
  | { readonly fault: 'url-expired' }
  | { readonly fault: 'unknown-key'; readonly accessKeyId: string }
  /** The session token is missing, is another key's, or comes with a key that has none. */
  | { readonly fault: 'wrong-token' }
  /** The credentials are past their expiration. */
  | { readonly fault: 'credentials-expired' }
  | { readonly fault: 'mismatch' };

/** The Authorization header is not what its grammar says. */
export interface MalformedHeader {
  readonly fault: 'malformed';
  readonly form: 'header';
  readonly problem: HeaderProblem;
  /** Of the parts that `problem` is about; often none. */
  readonly names: readonly string[];
}

/** The parameters of a presigned URL are not what their grammar says. */
export interface MalformedQuery {
  readonly fault: 'malformed';
  readonly form: 'query';
  readonly problem: QueryProblem;
  /** Of the parameters that `problem` is about; often none. */
  readonly names: readonly string[];
}

/** `credential` is the whole, the others are its parts. */
export type CredentialProblem =
  | 'credential'
  | 'access-key-id'
  | 'scope-day'
  | 'scope-region'
  | 'scope-service';

type CommonProblem = CredentialProblem | 'algorithm' | 'signed-headers' | 'signature' | 'date' | 'missing';

/** `strange`: a part that is not one of the three, or is there twice. */
export type HeaderProblem = CommonProblem | 'strange';

/** `case`: a name of the signature's parameters in another case than AWS writes it. */
export type QueryProblem =
  | CommonProblem
  | 'undecodable'
  | 'case'
  | 'twice'
  | 'expires-no-number'
  | 'expires-zero'
  | 'expires-beyond-a-week'
  | 'expires-missing';

export type SignatureRefusal = { readonly kind: 'refused' } & SignatureFault;

export function refuseHeader(problem: HeaderProblem, names: readonly string[] = []): SignatureRefusal {
  return { kind: 'refused', fault: 'malformed', form: 'header', problem, names };
}

export function refuseQuery(
  problem: QueryProblem,
  names: readonly string[] = [],
): MalformedQuery & { readonly kind: 'refused' } {
  return { kind: 'refused', fault: 'malformed', form: 'query', problem, names };
}
