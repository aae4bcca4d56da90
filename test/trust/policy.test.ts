import { describe, expect, test } from 'vitest';
import { readTrustPolicy } from '../../src/trust/policy.ts';
import { KEY, PROVIDER, policy, read, SUBJECT, statement } from '../support/trust/base.ts';

const problemsOf = (document: unknown): string[] => {
  const reading = readTrustPolicy(typeof document === 'string' ? document : JSON.stringify(document));
  return reading.kind === 'invalid'
    ? reading.problems.map(({ pointer, problem, remedy }) => `${pointer}: ${problem} → ${remedy}`)
    : [];
};

describe('a trust policy', () => {
  test('may have one statement without a list, numbers and booleans for values, and no Version', () => {
    const condition = {
      Bool: { 'aws:SecureTransport': true },
      NumericEquals: { 'sts:DurationSeconds': [900, 3600] },
    };
    const reading = readTrustPolicy(
      JSON.stringify({ Id: 'x', Statement: statement({ Condition: condition }) }),
    );
    expect(reading).toMatchObject({
      kind: 'policy',
      policy: { version: '2008-10-17', statements: [{ pointer: '/Statement', index: 0, sid: undefined }] },
      notes: [{ pointer: '', problem: 'it has no Version and counts as 2008-10-17' }],
    });
    const values =
      reading.kind === 'policy' ? reading.policy.statements[0]?.conditions.map((one) => one.values) : [];
    expect(values).toEqual([['true'], ['900', '3600']]);
  });

  test('tells the white space that does not count', () => {
    const document = policy(statement({ Sid: 'A' }));
    const compact = JSON.stringify(document);
    expect(read(JSON.stringify(document, null, 8)).size).toBe(compact.length);
    expect(read(compact).size).toBe(compact.length);
  });

  const cases: [string, unknown, string | RegExp][] = [
    ['no JSON', '{', /^: it is not JSON .* → give the JSON document/],
    ['nothing', '', ': it is empty → give the JSON document of a trust policy'],
    ['too deep', '['.repeat(100), /nests deeper/],
    ['too long', `"${'x'.repeat(70_000)}"`, /longer than 65536 characters/],
    ['a list', [], ': it is an empty list → give an object with Version and Statement'],
    ['the whole role', { Role: {} }, /query Role\.AssumeRolePolicyDocument/],
    [
      'an unknown member',
      { ...policy(statement()), statement: 1 },
      /unknown member "statement" → write Statement/,
    ],
    ['an odd Id', { ...policy(statement()), Id: 1 }, '/Id: it is the number 1 → give a text'],
    [
      'an odd Version',
      { ...policy(statement()), Version: '2012-10-18' },
      /^\/Version: "2012-10-18" is no version/,
    ],
    ['no Statement', { Version: '2012-10-17' }, /it has no Statement/],
    ['an empty Statement', policy(), /it has no Statement/],
    [
      'a statement of text',
      policy('x'),
      '/Statement/0: it is "x" → give an object with Effect, Principal, Action and Condition',
    ],
    [
      'a misspelt member',
      policy(statement({ Conditions: {} })),
      '/Statement/0: it has the unknown member "Conditions" → write Condition',
    ],
    [
      'NotResource',
      policy(statement({ NotResource: '*' })),
      /^\/Statement\/0\/NotResource: it has the prohibited field NotResource/,
    ],
    [
      'no Effect',
      policy(statement({ Effect: undefined })),
      /it has no Effect → write "Effect": "Allow" or "Deny"/,
    ],
    [
      'an effect in lower case',
      policy(statement({ Effect: 'allow' })),
      /^\/Statement\/0\/Effect: the effect is "allow"/,
    ],
    ['no Action', policy(statement({ Action: undefined })), /it has no Action → write "Action"/],
    ['two Actions', policy(statement({ NotAction: 'sts:*' })), /both Action and NotAction/],
    ['an action of S3', policy(statement({ Action: 's3:GetObject' })), /"s3:GetObject" is no action of STS/],
    [
      'an action without vendor',
      policy(statement({ Action: ['AssumeRoleWithWebIdentity'] })),
      /is no action of STS/,
    ],
    [
      'an action that is a number',
      policy(statement({ Action: ['sts:*', 7] })),
      '/Statement/0/Action/1: it is the number 7 → give a text',
    ],
    ['no Principal', policy(statement({ Principal: undefined })), /it has no Principal/],
    [
      'a Principal of text',
      policy(statement({ Principal: PROVIDER })),
      /^\/Statement\/0\/Principal: it is "arn/,
    ],
    [
      'an empty Principal',
      policy(statement({ Principal: {} })),
      /^\/Statement\/0\/Principal: it is an object/,
    ],
    [
      'a kind of principal',
      policy(statement({ Principal: { federated: PROVIDER } })),
      /"federated" is no kind of principal/,
    ],
    [
      'the issuer as principal',
      policy(statement({ Principal: { Federated: `https://${KEY}` } })),
      /is no identity provider's ARN/,
    ],
    [
      'a role as principal',
      policy(statement({ Principal: { Federated: 'arn:aws:iam::111122223333:role/x' } })),
      /is no identity provider's ARN/,
    ],
    [
      'Condition as a list',
      policy(statement({ Condition: [] })),
      /^\/Statement\/0\/Condition: it is an empty list/,
    ],
    [
      'an operator in another case',
      policy(statement({ Condition: { stringequals: {} } })),
      /"stringequals" is no condition operator → write StringEquals$/,
    ],
    [
      'a set operator without operator',
      policy(statement({ Condition: { ForAnyValue: {} } })),
      /"ForAnyValue" is no condition operator/,
    ],
    [
      'a misspelt operator with all around it',
      policy(statement({ Condition: { 'ForAnyValue:StringLikesIfExists': {} } })),
      /write ForAnyValue:StringLikeIfExists/,
    ],
    [
      'Null with IfExists',
      policy(statement({ Condition: { NullIfExists: { 'a:b': 'true' } } })),
      /no condition operator/,
    ],
    [
      'keys that are no object',
      policy(statement({ Condition: { StringEquals: 'x' } })),
      /Condition\/StringEquals: it is "x" → give an object/,
    ],
    [
      'a key without vendor',
      policy(statement({ Condition: { StringEquals: { sub: SUBJECT } } })),
      /the condition key "sub" has no vendor in front/,
    ],
    [
      'a value that is null',
      policy(statement({ Condition: { StringEquals: { [`${KEY}:sub`]: [null] } } })),
      `/Statement/0/Condition/StringEquals/oidc.example~1id~1A:sub/0: it is null → give a text, a number, a boolean, or a list of these`,
    ],
    [
      'a Sid that is a number',
      policy(statement({ Sid: 1 })),
      '/Statement/0/Sid: it is the number 1 → give a text',
    ],
    [
      'one Sid twice',
      policy(statement({ Sid: 'A' }), statement({ Sid: 'A' })),
      /^\/Statement\/1\/Sid: another statement has the Sid "A", too/,
    ],
    ['4097 characters', policy(statement({ Sid: 'A'.repeat(4_096) })), /and IAM takes 4096 at most/],
  ];
  test.each(cases)('is refused with place and remedy: %s', (_, document, problem) => {
    const problems = problemsOf(document);
    expect(problems.join('\n')).toMatch(typeof problem === 'string' ? problem : new RegExp(problem, 'm'));
  });

  test('has all of its problems told at once', () => {
    const document = { Version: '1', Statement: [{ Effect: 'x', Resource: '*', Condition: { Foo: {} } }, 1] };
    const pointers = problemsOf(document).map((line) => line.split(': ')[0]);
    expect(pointers).toEqual([
      '/Version',
      '/Statement/0/Resource',
      '/Statement/0/Effect',
      '/Statement/0',
      '/Statement/0',
      '/Statement/0/Condition/Foo',
      '/Statement/1',
    ]);
  });

  test('of more than 2048 characters is taken with a note', () => {
    const reading = readTrustPolicy(JSON.stringify(policy(statement({ Sid: 'A'.repeat(2_000) }))));
    expect(reading).toMatchObject({
      kind: 'policy',
      notes: [{ problem: expect.stringContaining('IAM takes 2048 unless') }],
    });
  });

  test('with names that every object inherits is read as it is', () => {
    const text = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"sts:*","Condition":{"StringEquals":{"__proto__:x":"1","constructor:y":"2"}}}}`;
    expect(read(text).statements[0]?.conditions.map(({ key }) => key)).toEqual([
      '__proto__:x',
      'constructor:y',
    ]);
    expect(problemsOf('{"constructor":1,"__proto__":2}').join()).toContain('"constructor"');
  });

  test('shows odd characters of a value by their numbers only', () => {
    const [problem] = problemsOf(policy(statement({ Effect: 'Al\u001b[31m\u202elow' })));
    expect(problem).toContain('"Al\\u001b[31m\\u202elow"');
  });
});
