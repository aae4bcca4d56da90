import type { CallerIdentityResult } from '../../aws/caller-identity.ts';
import { readJson } from '../../json/read.ts';
import { isRecord, type JsonRecord, readMember } from '../../json/record.ts';
import type { StsReason } from '../reasons.ts';
import type { StsReply } from './transport.ts';

export type StsOutcome =
  | { readonly kind: 'identity'; readonly result: CallerIdentityResult }
  | {
      readonly kind: 'refused';
      readonly reason: StsReason;
      /** A code or a phrase of ours; never STS's message, which may quote what was signed. */
      readonly detail: string;
    };

type Refused = Extract<StsOutcome, { kind: 'refused' }>;

/** What STS says to a call of GetCallerIdentity, read strictly. */
export function readStsReply(reply: StsReply): StsOutcome {
  if (reply.kind === 'failed') return toFailure(reply);
  const { status } = reply;
  if (status >= 300 && status < 400) return refuse('sts-unreadable', `a redirect (${status})`);
  const document = readDocument(reply);
  if (status === 200) {
    if (typeof document === 'string') return refuse('sts-unreadable', document);
    const result = readResult(document);
    return result === undefined
      ? refuse('sts-unreadable', 'no GetCallerIdentityResult')
      : { kind: 'identity', result };
  }
  return readError(status, typeof document === 'string' ? undefined : document);
}

function toFailure({ failure, detail }: Extract<StsReply, { kind: 'failed' }>): Refused {
  switch (failure) {
    case 'timeout':
      return refuse('sts-timeout', detail);
    case 'unreachable':
      return refuse('sts-unreachable', detail);
    case 'too-large':
      return refuse('sts-unreadable', 'larger than 64 KiB');
  }
}

function readDocument({ contentType, body }: Extract<StsReply, { kind: 'answer' }>): JsonRecord | string {
  if (!/^application\/json\s*(?:;|$)/i.test(contentType)) return 'no JSON by its media type';
  const reading = readJson(body.toString('utf8'));
  if (reading.kind === 'malformed') return 'no JSON';
  if (reading.duplicates.length > 0) return 'a member is there twice';
  return isRecord(reading.value) ? reading.value : 'no JSON object';
}

/** Longer than any ARN. */
const MAX_TEXT = 2_048;

function readResult(document: JsonRecord): CallerIdentityResult | undefined {
  if (Object.keys(document).length !== 1) return undefined;
  const response = readMember(document, 'GetCallerIdentityResponse');
  const result = isRecord(response) ? readMember(response, 'GetCallerIdentityResult') : undefined;
  if (!isRecord(result)) return undefined;
  const [account, arn, userId] = ['Account', 'Arn', 'UserId'].map((name) => readText(result, name));
  if (account === undefined || arn === undefined || userId === undefined) return undefined;
  return { account, arn, userId };
}

function readText(record: JsonRecord, name: string): string | undefined {
  const value = readMember(record, name);
  return typeof value === 'string' && value.length <= MAX_TEXT ? value : undefined;
}

/** Codes of STS that have a meaning here; what is not named is `sts-refused`. Source: STS API reference, common errors. */
const CODES: ReadonlyMap<string, StsReason> = new Map([
  ['SignatureDoesNotMatch', 'signature-mismatch'],
  ['ExpiredToken', 'credentials-expired'],
  ['ExpiredTokenException', 'credentials-expired'],
  ['InvalidClientTokenId', 'sts-key-unknown'],
  ['RegionDisabledException', 'sts-region-disabled'],
  ['RegionDisabled', 'sts-region-disabled'],
  ['Throttling', 'sts-throttled'],
  ['ThrottlingException', 'sts-throttled'],
  ['ThrottledException', 'sts-throttled'],
  ['RequestThrottled', 'sts-throttled'],
  ['RequestThrottledException', 'sts-throttled'],
  ['RequestLimitExceeded', 'sts-throttled'],
  ['TooManyRequestsException', 'sts-throttled'],
]);

function readError(status: number, document: JsonRecord | undefined): Refused {
  const error = document && readMember(document, 'Error');
  const code = isRecord(error) ? readText(error, 'Code') : undefined;
  const reason = code === undefined ? undefined : CODES.get(code);
  if (status === 429 || reason === 'sts-throttled') return refuse('sts-throttled', describe(status, code));
  if (status >= 500) return refuse('sts-server-error', describe(status, code));
  if (code === undefined || !isRecord(error)) return refuse('sts-unreadable', describe(status, undefined));
  if (reason === 'signature-mismatch' && isEarly(readText(error, 'Message'))) {
    return refuse('sts-signature-early', describe(status, code));
  }
  return refuse(reason ?? 'sts-refused', describe(status, code));
}

/** The same code as that of a wrong signature, which never becomes right. */
function isEarly(message: string | undefined): boolean {
  return message?.startsWith('Signature not yet current') ?? false;
}

function describe(status: number, code: string | undefined): string {
  return code !== undefined && /^[A-Za-z.]{1,64}$/.test(code) ? `${code} (${status})` : `status ${status}`;
}

function refuse(reason: StsReason, detail: string): Refused {
  return { kind: 'refused', reason, detail };
}
