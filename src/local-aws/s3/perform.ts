import { readParameters } from '../../aws/sigv4/percent.ts';
import type { CredentialStore } from '../credentials.ts';
import { describeDenial, isAllowed } from '../permissions.ts';
import type { AwsError, AwsRequest, AwsResponse, RequestNote } from '../route.ts';
import { renderXml } from '../xml.ts';
import { readAddress } from './address.ts';
import { authenticateS3 } from './authenticate.ts';
import { toS3Error, toSignatureError } from './errors.ts';
import { findUnknown, type S3Call, type S3Operation, type S3Outcome, toResource } from './operation.ts';
import type { ObjectStore } from './store.ts';

export interface S3ServiceDeps {
  readonly store: ObjectStore;
  readonly credentials: CredentialStore;
  /** Absent: signatures for any region. */
  readonly region?: string | undefined;
  /** ms since epoch */
  now(): number;
  newRequestId(): string;
}

/** Which of several operations is asked for, by the query. */
export type ChooseOperation = (parameters: ReadonlyMap<string, string>) => S3Operation;

/** From a request to its answer: who asks, what for, whether they may, and whether it is there. */
export async function performOperation(
  request: AwsRequest,
  choose: ChooseOperation,
  deps: S3ServiceDeps,
): Promise<AwsResponse> {
  const prepared = prepare(request, choose, deps);
  const requestId = deps.newRequestId();
  if (prepared.kind === 'error') return render(request, prepared, { requestId, note: prepared.note });
  const { call, operation } = prepared;
  const note = { action: operation.action, caller: call.caller.arn };
  return render(request, await operation.run(call), { requestId, note });
}

type Prepared =
  | { readonly kind: 'call'; readonly call: S3Call; readonly operation: S3Operation }
  | { readonly kind: 'error'; readonly error: AwsError; readonly note: RequestNote };

function prepare(request: AwsRequest, choose: ChooseOperation, deps: S3ServiceDeps): Prepared {
  const address = readAddress(request);
  const list = readParameters(request.query);
  if (address === undefined || list === undefined) return refuse(toS3Error('InvalidURI'), {});
  const now = deps.now();
  const verdict = authenticateS3(request, {
    region: deps.region,
    now,
    findCredentials: deps.credentials.find,
  });
  if (verdict.kind === 'refused')
    return refuse(toSignatureError(verdict), { reason: `signature: ${verdict.fault}` });
  const parameters = new Map(list);
  const operation = choose(parameters);
  const { principal: caller } = verdict.credentials;
  const note = { action: operation.action, caller: caller.arn };
  const unknown = findUnknown(request, list, operation);
  if (unknown !== undefined) {
    const reason = Object.entries(unknown).flat().join(': ');
    return refuse(toS3Error('NotImplemented', unknown), { ...note, reason });
  }
  const resource = toResource(address, caller.arn.split(':')[1]);
  if (operation.checksItself !== true && !isAllowed(caller, operation.action, resource)) {
    return refuse(toS3Error('AccessDenied', {}, describeDenial(caller, operation.action, resource)), note);
  }
  if (operation.withoutBucket !== true && !deps.store.hasBucket(address.bucket)) {
    return refuse(toS3Error('NoSuchBucket', { BucketName: address.bucket }), note);
  }
  const { payload } = verdict;
  return {
    kind: 'call',
    operation,
    call: { request, address, parameters, payload, caller, store: deps.store, now },
  };
}

function refuse(error: AwsError, note: RequestNote): Prepared {
  return { kind: 'error', error, note };
}

/** What an answer has beside what it says. */
interface AnswerContext {
  readonly requestId: string;
  readonly note: RequestNote;
}

function render(
  { path }: AwsRequest,
  outcome: S3Outcome | { readonly kind: 'error'; readonly error: AwsError; readonly reason?: string },
  { requestId, note }: AnswerContext,
): AwsResponse {
  const ids = { 'x-amz-request-id': requestId, 'x-amz-id-2': requestId };
  const reason = outcome.reason === undefined ? {} : { reason: outcome.reason };
  if (outcome.kind === 'answer') {
    const { status, headers, body = '' } = outcome;
    return { status, headers: { ...headers, ...ids }, body, note: { ...note, ...reason } };
  }
  const { code, status, message, details } = outcome.error;
  const tree = {
    Code: code,
    Message: message,
    ...details,
    Resource: path,
    RequestId: requestId,
    HostId: requestId,
  };
  return {
    status,
    headers: { 'content-type': 'application/xml', ...ids },
    body: renderXml('Error', tree),
    note: { ...note, ...reason, code },
  };
}
