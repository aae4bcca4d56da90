import { type Header, joinHeaders, type SignableRequest } from '../../../src/aws/sigv4/request.ts';
import { presignUrl, signRequest } from '../../../src/aws/sigv4/sign.ts';
import { EMPTY_HASH, sha256 } from '../../../src/aws/sigv4/signature.ts';
import { KEYS, NOW, type Plan, type SentRequest, toSentRequest } from '../aws/signing-plan.ts';

/** A request signed in its Authorization header. S3 is told the hash of its body, as its clients do. */
export function signHeaders(plan: Plan = {}): SentRequest {
  const headers = Object.entries(plan.headers ?? {});
  const stated = joinHeaders(headers).get('x-amz-content-sha256');
  const payloadHash = stated ?? sha256(Buffer.from(plan.body ?? ''));
  if (plan.service === 's3' && stated === undefined) headers.push(['x-amz-content-sha256', payloadHash]);
  const request = toSignable(plan, headers, payloadHash);
  return toSentRequest(
    { ...request, headers: [...request.headers, ...signRequest(request, toSigning(plan))] },
    plan,
  );
}

/** A presigned request: headers of AWS go into the query, as its clients have them there. */
export function presign(plan: Plan & { readonly expiresIn?: number } = {}): SentRequest {
  const all = Object.entries(plan.headers ?? {});
  const isOfAws = ([name]: Header): boolean => name.toLowerCase().startsWith('x-amz-');
  const query = { ...plan.query, ...Object.fromEntries(all.filter(isOfAws)) };
  const payloadHash = query['X-Amz-Content-Sha256'] ?? EMPTY_HASH;
  const own = all.filter((header) => !isOfAws(header));
  const request = toSignable({ ...plan, query }, own, payloadHash);
  const url = presignUrl(request, toSigning(plan), plan.expiresIn ?? 60);
  const signed = { ...request, query: url.slice(url.indexOf('?') + 1) };
  return toSentRequest(signed, plan);
}

function toSignable(plan: Plan, headers: readonly Header[], payloadHash: string): SignableRequest {
  const { method = 'GET', host = 'sts.us-west-2.amazonaws.com', path = '/', query = {} } = plan;
  const text = new URLSearchParams(query).toString();
  return { method, path, query: text, headers: [['host', host], ...headers], payloadHash };
}

function toSigning({ service = 'sts', region = 'us-west-2', keys = KEYS, at = NOW }: Plan) {
  return { accessKey: keys, service, region, now: at };
}
