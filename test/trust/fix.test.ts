import { describe, expect, test } from 'vitest';
import { fixPolicy } from '../../src/trust/fix.ts';
import { lintPolicy } from '../../src/trust/lint.ts';
import {
  AUDIENCE,
  ISSUER,
  KEY,
  PROVIDER,
  policy,
  read,
  request,
  requestOf,
  SUBJECT,
  statement,
} from '../support/trust/base.ts';

const sub = `${KEY}:sub`;
const aud = `${KEY}:aud`;

function fixed(
  document: unknown,
  asked = request(),
): { readonly document: unknown; readonly changes: readonly string[] } {
  const fix = fixPolicy(read(document), asked);
  if (fix === undefined) throw new Error('nothing was corrected');
  expect(fix.verdict.decision).toBe('allow');
  return { document: JSON.parse(fix.text), changes: fix.changes };
}

describe('the corrected policy', () => {
  test('is none where the caller is let in, or only AWS can say', () => {
    const vague = {
      IpAddress: { 'aws:SourceIp': '10.0.0.0/8' },
      StringEquals: { [sub]: SUBJECT, [aud]: AUDIENCE },
    };
    expect(fixPolicy(read(policy(statement())), request())).toBeUndefined();
    expect(
      fixPolicy(read(policy(statement({ Condition: vague }))), request({ sourceIp: 'unknown' })),
    ).toBeUndefined();
  });

  test('differs in one value where one value is wrong', () => {
    const wrong = { StringEquals: { [sub]: 'system:serviceaccount:demo:*', [aud]: AUDIENCE } };
    expect(fixed(policy(statement({ Sid: 'A', Condition: wrong })))).toEqual({
      document: policy(statement({ Sid: 'A' })),
      changes: [`statement 1 ("A") with StringEquals ${sub} ${SUBJECT}`],
    });
  });

  test('keeps what holds, and what only AWS knows', () => {
    const condition = {
      StringEquals: { [sub]: 'x', [aud]: [AUDIENCE, 'y'] },
      IpAddress: { 'aws:SourceIp': '10.0.0.0/8' },
      Bool: { 'aws:SecureTransport': 'true' },
    };
    const fix = fixPolicy(
      read(policy(statement({ Condition: condition }))),
      request({ sourceIp: 'unknown' }),
    );
    expect(fix?.verdict.decision).toBe('indeterminate');
    const kept = { ...condition, StringEquals: { ...condition.StringEquals, [sub]: SUBJECT } };
    expect(JSON.parse(fix?.text ?? '')).toEqual(policy(statement({ Condition: kept })));
  });

  test('has principal, action and keys put right, and stays a statement without a list', () => {
    const wrong = statement({
      Principal: { Federated: PROVIDER.replace('/A', '/OLD') },
      Action: 'sts:AssumeRole',
      Condition: { StringEquals: { [`${PROVIDER}:sub`]: SUBJECT }, StringLike: { 'old.example:aud': '*' } },
    });
    const { document, changes } = fixed({ Version: '2012-10-17', Statement: wrong });
    expect(document).toEqual({ Version: '2012-10-17', Statement: statement() });
    expect(changes).toHaveLength(6);
  });

  test('narrows a pattern, so that nobody else comes in with the caller', () => {
    const wrong = { StringLike: { [sub]: 'system:serviceaccount:demo:*' }, StringEquals: { [aud]: 'x' } };
    expect(fixed(policy(statement({ Condition: wrong }))).document).toEqual(
      policy(statement({ Condition: { StringEquals: { [aud]: AUDIENCE, [sub]: SUBJECT } } })),
    );
  });

  test('is without a Deny that meets the caller, and with one that does not', () => {
    const meets = statement({
      Effect: 'Deny',
      Condition: { StringNotEquals: { 'sts:SourceIdentity': 'alice' } },
    });
    const passes = statement({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } });
    expect(fixed(policy(statement(), meets, passes))).toEqual({
      document: policy(statement(), passes),
      changes: ['without statement 2: it denies this caller'],
    });
  });

  test('leaves statements for other callers alone', () => {
    const people = statement({
      Principal: { AWS: '444455556666' },
      Action: 'sts:AssumeRole',
      Condition: undefined,
    });
    expect(fixed({ Version: '2012-10-17', Statement: people }).document).toEqual(policy(people, statement()));
  });

  test('allows what tags and source identity need', () => {
    const asked = request({ sessionTags: { team: 'red' }, sourceIdentity: 'alice' });
    const { document } = fixed(policy(statement()), asked);
    const actions = ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession', 'sts:SetSourceIdentity'];
    expect(document).toEqual(policy(statement({ Action: actions })));
  });

  test('is of the newer version where variables are meant', () => {
    const condition = {
      StringEquals: { [sub]: SUBJECT, [aud]: AUDIENCE },
      StringLike: { 'sts:RoleSessionName': `\${aws:RequestTag/team}` },
    };
    const document = {
      ...policy(statement({ Action: 'sts:*', Condition: condition })),
      Version: '2008-10-17',
    };
    const asked = request({ sessionTags: { team: 'red' }, roleSessionName: 'red' });
    expect(fixed(document, asked)).toEqual({
      document: { ...document, Version: '2012-10-17' },
      changes: ['the policy with Version "2012-10-17"'],
    });
  });

  test('is a new one where the old has no room', () => {
    const full = policy(
      statement({ Sid: 'A'.repeat(3_700), Principal: { AWS: '444455556666' }, Action: 'sts:AssumeRole' }),
    );
    expect(fixed(full)).toEqual({
      document: policy(statement()),
      changes: [expect.stringContaining(`a policy for ${SUBJECT} alone: there is no room`)],
    });
  });

  test('takes a subject for what it is, also where it looks like a variable', () => {
    const { document } = fixed(policy(statement()), requestOf(`a\${aws:userid}`));
    expect(JSON.stringify(document)).toContain(`a\${$}{aws:userid}`);
  });

  test('has nothing for the linter', () => {
    const { document } = fixed(policy(statement({ Condition: { StringLike: { [sub]: 'repo:*' } } })));
    expect(lintPolicy(read(document), { issuers: [ISSUER] })).toEqual([]);
  });
});
