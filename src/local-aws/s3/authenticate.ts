import { readParameters } from '../../aws/sigv4/percent.ts';
import type { SignatureRefusal } from '../../aws/sigv4/refusal.ts';
import { type SignatureOptions, type SigningCredentials, verifySignature } from '../../aws/sigv4/verify.ts';
import { type AwsRequest, toSignable } from '../route.ts';
import { checkPayload, type Payload, type PayloadRefusal, parsePayloadForm } from './payload.ts';

export type S3Verdict<Credentials> =
  | { readonly kind: 'verified'; readonly credentials: Credentials; readonly payload: Payload }
  | S3Refusal;

export type S3Refusal = SignatureRefusal | PayloadRefusal;

/** Judges who signed a request to S3, together with its body. Source: Amazon S3 API Reference, "Signature Version 4". */
export function authenticateS3<Credentials extends SigningCredentials>(
  request: AwsRequest,
  options: Omit<SignatureOptions<Credentials>, 'service'>,
): S3Verdict<Credentials> {
  const stated = readStatedHash(request);
  const verdict = verifySignature(toSignable(request, stated ?? ''), { ...options, service: 's3' });
  if (verdict.kind === 'refused' && verdict.fault !== 'mismatch') return verdict;
  // S3 looks at what is said of the body before it compares signatures.
  const form = parsePayloadForm(stated);
  if (form.kind === 'refused') return form;
  if (verdict.kind === 'refused') return verdict;
  const { credentials, context, signature } = verdict;
  const payload = checkPayload(form, { request, context, seed: signature });
  return payload.kind === 'refused' ? payload : { kind: 'verified', credentials, payload };
}

/** S3 is told how a body is protected; everywhere else the body's own hash is part of the signature. */
function readStatedHash({ headers, query }: AwsRequest): string | undefined {
  const inHeader = headers.get('x-amz-content-sha256');
  if (inHeader !== undefined || headers.has('authorization')) return inHeader;
  const parameters = readParameters(query) ?? [];
  return parameters.find(([name]) => name === 'X-Amz-Content-Sha256')?.[1] ?? 'UNSIGNED-PAYLOAD';
}
