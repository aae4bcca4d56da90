import { describe, expect, test } from 'vitest';
import { readStsReply } from '../../../src/authenticator/sts/answer.ts';
import { toCallResult } from '../../../src/authenticator/sts/circuit.ts';
import type { StsReply } from '../../../src/authenticator/sts/transport.ts';

const RESULT = { Account: '111122223333', Arn: 'arn:aws:iam::111122223333:user/jane', UserId: 'AIDAJANE' };
const GOOD = {
  GetCallerIdentityResponse: {
    GetCallerIdentityResult: RESULT,
    ResponseMetadata: { RequestId: 'an-id' },
  },
};

function reply(body: unknown, status = 200, contentType = 'application/json'): StsReply {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { kind: 'answer', status, contentType, body: Buffer.from(text) };
}

function reasonOf(given: StsReply): string {
  const outcome = readStsReply(given);
  return outcome.kind === 'refused' ? outcome.reason : outcome.kind;
}

const errorOf = (code: string, message = 'words'): object => ({
  Error: { Code: code, Message: message, Type: 'Sender' },
  RequestId: 'an-id',
});

test('an identity is read', () => {
  const identity = {
    kind: 'identity',
    result: { account: RESULT.Account, arn: RESULT.Arn, userId: 'AIDAJANE' },
  };
  expect(readStsReply(reply(GOOD))).toEqual(identity);
  expect(readStsReply(reply(GOOD, 200, 'application/json; charset=utf-8'))).toEqual(identity);
});

describe('an answer that is not to the letter is none', () => {
  const response = GOOD.GetCallerIdentityResponse;
  test.each<[string, StsReply]>([
    ['another media type', reply(GOOD, 200, 'text/xml')],
    ['a media type that only begins so', reply(GOOD, 200, 'application/json-patch')],
    ['no media type', reply(GOOD, 200, '')],
    ['XML', reply('<GetCallerIdentityResponse/>')],
    ['nothing', reply('')],
    ['a list', reply([GOOD])],
    ['null', reply('null')],
    ['a second root', reply({ ...GOOD, Other: 1 })],
    ['another action', reply({ AssumeRoleResponse: response })],
    ['a result in another case', reply({ getCallerIdentityResponse: response })],
    ['a result one level up', reply({ GetCallerIdentityResult: RESULT })],
    ['a result one level down', reply({ GetCallerIdentityResponse: { Other: response } })],
    ['a result that is a list', reply({ GetCallerIdentityResponse: { GetCallerIdentityResult: [RESULT] } })],
    ['a number for the account', reply(withResult({ Account: 111122223333 }))],
    ['no ARN', reply(withResult({ Arn: undefined }))],
    ['a user id of 3,000 characters', reply(withResult({ UserId: 'A'.repeat(3_000) }))],
    ['a member twice', reply(JSON.stringify(GOOD).replace('"Arn"', '"Arn":"arn:aws:iam::1:root","Arn"'))],
    ['a member twice, escaped', reply(JSON.stringify(GOOD).replace('"Arn"', '"\\u0041rn":"eve","Arn"'))],
    ['a redirect', reply(GOOD, 302)],
    ['a redirect that keeps the method', reply(GOOD, 307)],
    ['a status without a code', reply('<html>', 403, 'text/html')],
    ['an error without a code', reply({ Error: {} }, 403)],
    ['an error that is a text', reply({ Error: 'SignatureDoesNotMatch' }, 403)],
    ['a code in XML', reply('<Error><Code>SignatureDoesNotMatch</Code></Error>', 403, 'text/xml')],
    ['too much', { kind: 'failed', failure: 'too-large', detail: '' }],
  ])('%s', (_, given) => {
    expect(reasonOf(given)).toBe('sts-unreadable');
    expect(toCallResult('sts-unreadable')).toBe('neutral');
  });
});

function withResult(changes: object): object {
  return { GetCallerIdentityResponse: { GetCallerIdentityResult: { ...RESULT, ...changes } } };
}

describe('an error', () => {
  test.each([
    ['SignatureDoesNotMatch', 403, 'signature-mismatch', 'neutral'],
    ['ExpiredToken', 403, 'credentials-expired', 'neutral'],
    ['ExpiredTokenException', 403, 'credentials-expired', 'neutral'],
    ['InvalidClientTokenId', 403, 'sts-key-unknown', 'neutral'],
    ['RegionDisabledException', 403, 'sts-region-disabled', 'neutral'],
    ['Throttling', 400, 'sts-throttled', 'neutral'],
    ['ThrottlingException', 400, 'sts-throttled', 'neutral'],
    ['RequestLimitExceeded', 503, 'sts-throttled', 'neutral'],
    ['SomethingNew', 429, 'sts-throttled', 'neutral'],
    ['InternalFailure', 500, 'sts-server-error', 'failure'],
    ['ServiceUnavailable', 503, 'sts-server-error', 'failure'],
    ['SignatureDoesNotMatch', 500, 'sts-server-error', 'failure'],
    ['AccessDenied', 403, 'sts-refused', 'neutral'],
    ['IncompleteSignature', 400, 'sts-refused', 'neutral'],
    ['constructor', 400, 'sts-refused', 'neutral'],
  ] as const)('%s (%i) is %s', (code, status, reason, result) => {
    expect(reasonOf(reply(errorOf(code), status))).toBe(reason);
    expect(toCallResult(reason)).toBe(result);
  });

  test.each([
    [
      'Signature not yet current: 20230428T130000Z is still later than 20230428T121500Z',
      'sts-signature-early',
    ],
    ['Signature expired: 20230428T110000Z is now earlier than 20230428T114500Z', 'signature-mismatch'],
    ['The request signature we calculated does not match the signature you provided.', 'signature-mismatch'],
  ])('of a signature with the words %j', (message, reason) => {
    expect(reasonOf(reply(errorOf('SignatureDoesNotMatch', message), 403))).toBe(reason);
  });

  test.each([
    ['500 without JSON', reply('<html>', 502, 'text/html'), 'sts-server-error'],
    ['429 without JSON', reply('', 429, ''), 'sts-throttled'],
    ['no answer in time', { kind: 'failed', failure: 'timeout', detail: 'x' }, 'sts-timeout'],
    ['no connection', { kind: 'failed', failure: 'unreachable', detail: 'ECONNREFUSED' }, 'sts-unreachable'],
  ] as const)('%s', (_, given, reason) => {
    expect(reasonOf(given)).toBe(reason);
  });

  test('never hands on words of STS, which may quote what was signed', () => {
    const message = 'The Canonical String was: X-Amz-Security-Token=canary';
    const odd = errorOf('Code With\nBreaks canary', message);
    const outcomes = [errorOf('SignatureDoesNotMatch', message), errorOf('AccessDenied', message), odd].map(
      (body) => readStsReply(reply(body, 403)),
    );
    expect(outcomes.map((outcome) => outcome.kind)).toEqual(['refused', 'refused', 'refused']);
    expect(JSON.stringify(outcomes)).not.toContain('canary');
  });
});
