import { describe, expect, test } from 'vitest';
import { evaluateTrust } from '../../src/trust/evaluate.ts';
import { readTrustPolicy } from '../../src/trust/policy.ts';
import { AUDIENCE, KEY, PROVIDER, policy, read, request, SUBJECT, statement } from '../support/trust/base.ts';

/** Places, problems and remedies of a policy of one statement. */
function refuse(changes: Record<string, unknown>): string[] {
  const reading = readTrustPolicy(JSON.stringify(policy(statement(changes))));
  return reading.kind === 'invalid'
    ? reading.problems.map(({ pointer, problem, remedy }) => `${pointer}: ${problem} → ${remedy}`)
    : [];
}

const RIGHT = 'sts:AssumeRoleWithWebIdentity';

describe('an action that IAM does not take in a trust policy is refused, with the one that was meant', () => {
  test.each([
    ['a letter too much', 'sts:TagSessions', 'sts:TagSession'],
    ['a letter for another', 'sts:AssumeRoleWithWebIdendity', RIGHT],
    ['two letters turned round', 'sts:AssumeRoleWithWebIdnetity', RIGHT],
    ['a letter too few, in another case', 'STS:setsourceidentty', 'sts:SetSourceIdentity'],
    ['no vendor', 'AssumeRoleWithSAML', 'sts:AssumeRoleWithSAML'],
    ['another action of STS', 'sts:GetCallerIdentity', RIGHT],
    ['one that is on no role', 'sts:AssumeRoot', 'sts:AssumeRole'],
    ['a pattern of others', 'sts:Get*', RIGHT],
    ['a pattern that is misspelt', 'sts:AsumeRole*', 'sts:AssumeRole'],
    ['a pattern of one letter too much', 'sts:TagSession?', 'sts:TagSession'],
    ['an empty name', 'sts:', RIGHT],
    ['another service', 'iam:PassRole', RIGHT],
    ['a blank', 'sts: AssumeRole', 'sts:AssumeRole'],
  ])('%s', (_, action, nearest) => {
    const [only, ...more] = refuse({ Action: ['sts:SetContext', action] });
    expect(only).toContain(`/Statement/0/Action: ${JSON.stringify(action)} is no action o`);
    expect(only).toMatch(new RegExp(`→ write .*${nearest}"?$`));
    expect(more).toEqual([]);
    expect(refuse({ Action: undefined, NotAction: action })).toHaveLength(1);
  });

  test.each([
    ...[
      '*',
      'sts:*',
      'sts:AssumeRole',
      'STS:ASSUMEROLE*',
      'sts:?agSession',
      'sts:*Session',
      'sts:SetContext',
    ],
    ...[
      'sts:SetSourceIdentity',
      'sts:AssumeRoleWithSAML',
      'sts:assumerolewithwebidentity',
      's*',
      '*Identity',
    ],
  ])('and one that it takes is not: %s', (action) => {
    expect(refuse({ Action: action })).toEqual([]);
  });
});

describe('a condition key with a second colon is refused', () => {
  test.each([
    ['a scheme', `https://${KEY}:sub`, `leave https:// out of the key: write ${KEY}:sub`],
    ['in capitals', `HTTPS://${KEY}:aud`, `leave HTTPS:// out of the key: write ${KEY}:aud`],
    ['another scheme', `http://${KEY}:sub`, `leave http:// out of the key: write ${KEY}:sub`],
    ['one of no web server', `oidc://${KEY}:sub`, `leave oidc:// out of the key: write ${KEY}:sub`],
    ['behind a blank', ` https://${KEY}:sub`, `leave https:// out of the key: write ${KEY}:sub`],
    ['three slashes', `https:///${KEY}:sub`, `leave https:/// out of the key: write ${KEY}:sub`],
    ['one slash', `https:/${KEY}:sub`, `leave https:/ out of the key: write ${KEY}:sub`],
    ['no slash', `https:${KEY}:sub`, `leave https: out of the key: write ${KEY}:sub`],
    ['no claim', `https://${KEY}`, 'leave https:// out of the key: write <issuer without https://>:sub'],
    ['a claim of another platform', 'https://gitlab.com:sub', 'out of the key: write gitlab.com:sub'],
    ['a port', 'oidc.example:8443/id/A:sub', 'serve the issuer on 443, and write oidc.example/id/A:sub'],
    ['a port without a path', 'oidc.example:443:aud', 'serve the issuer on 443, and write oidc.example:aud'],
  ])('%s', (_, key, remedy) => {
    const problems = refuse({ Condition: { StringEquals: { [key]: SUBJECT } } });
    expect(problems).toEqual([expect.stringContaining('and IAM takes one colon only')]);
    expect(problems[0]).toMatch(new RegExp(`→ .*${remedy.replaceAll('.', '\\.')}$`));
  });

  test.each([
    ['the ARN of a provider', `${PROVIDER}:sub`],
    ['the port of a local AWS', '127.0.0.1:8443/id:sub'],
    ['the same by name', 'localhost:9443:aud'],
    ['the name of a tag', 'aws:RequestTag/kubernetes:owner'],
    ['a vendor that looks like a scheme', 'https.example:sub'],
  ])('but for %s', (_, key) => {
    expect(refuse({ Condition: { StringEquals: { [key]: SUBJECT } } })).toEqual([]);
  });
});

describe('NotPrincipal is refused', () => {
  const inverted = (effect: string, value: unknown): string[] =>
    refuse({ Effect: effect, Principal: undefined, NotPrincipal: value });

  test.each([
    ['a provider', { Federated: PROVIDER }],
    ['several providers', { Federated: [PROVIDER, `${PROVIDER}2`] }],
    ['an account', { AWS: '111122223333' }],
    ['everybody', '*'],
    ['an odd one', 7],
  ])('in an Allow: %s', (_, value) => {
    expect(inverted('Allow', value)).toEqual([
      expect.stringMatching(
        /^\/Statement\/0\/NotPrincipal: .*cannot have NotPrincipal → name who may: write /,
      ),
    ]);
  });

  test.each([
    ['a provider', { Federated: PROVIDER }, `{"StringNotEquals": {"aws:FederatedProvider": "${PROVIDER}"}}`],
    ['several', { Federated: [PROVIDER] }, `{"StringNotEquals": {"aws:FederatedProvider": ["${PROVIDER}"]}}`],
    ['an account', { AWS: '111122223333' }, 'aws:PrincipalAccount or aws:PrincipalArn'],
    ['two kinds', { AWS: '*', Federated: PROVIDER }, 'StringNotEquals on aws:FederatedProvider, '],
    ['everybody', '*', 'StringNotEquals on aws:FederatedProvider, '],
  ])('in a Deny: %s', (_, value, remedy) => {
    const [problem = '', ...more] = inverted('Deny', value);
    expect(problem).toContain(
      '→ write "Principal": "*", and leave out by Condition those who are not denied: ',
    );
    expect(problem).toContain(remedy);
    expect(more).toEqual([]);
  });

  test('beside Principal, too', () => {
    expect(refuse({ NotPrincipal: '*' })).toHaveLength(1);
  });

  test('and what is written instead denies the same callers', () => {
    const [problem = ''] = inverted('Deny', { Federated: PROVIDER });
    const condition = JSON.parse(/not denied: (.*)$/.exec(problem)?.[1] ?? '');
    const denial = statement({ Effect: 'Deny', Principal: '*', Condition: condition });
    const other = PROVIDER.replace('/A', '/B');
    const document = policy(
      statement(),
      statement({ Principal: { Federated: other }, Condition: undefined }),
      denial,
    );
    const stranger = request({ provider: { arn: other, url: `https://${KEY.replace('/A', '/B')}` } });
    expect(evaluateTrust(read(document), request()).decision).toBe('allow');
    expect(evaluateTrust(read(document), stranger)).toMatchObject({ decision: 'deny', explicitDeny: true });
  });
});

describe('an absent key', () => {
  const decide = (operator: string, key: string, value: unknown): string => {
    const condition = {
      StringEquals: { [`${KEY}:sub`]: SUBJECT, [`${KEY}:aud`]: AUDIENCE },
      [operator]: { [key]: value },
    };
    return evaluateTrust(read(policy(statement({ Condition: condition }))), request()).decision;
  };

  test.each([
    ['ForAnyValue:StringEqualsIfExists', 'aws:TagKeys'],
    ['ForAnyValue:StringLikeIfExists', 'aws:TagKeys'],
    ['ForAnyValue:StringNotEqualsIfExists', 'aws:TagKeys'],
    ['ForAnyValue:StringEqualsIgnoreCaseIfExists', 'sts:TransitiveTagKeys'],
    ['ForAnyValue:ArnLikeIfExists', `${KEY}:amr`],
    ['ForAnyValue:StringNotLikeIfExists', 'sts:SourceIdentity'],
    ['ForAnyValue:NumericEqualsIfExists', 'aws:MultiFactorAuthAge'],
    ['ForAnyValue:BoolIfExists', 'aws:MultiFactorAuthPresent'],
    ['ForAnyValue:IpAddressIfExists', 'aws:VpcSourceIp'],
    ['ForAnyValue:DateLessThanIfExists', 'aws:TokenIssueTime'],
    ['ForAnyValue:StringEquals', 'aws:TagKeys'],
  ])('has no value that could match under %s (captured from AWS)', (operator, key) => {
    expect(decide(operator, key, ['team'])).toBe('deny');
  });

  test.each(['StringEqualsIfExists', 'ForAllValues:StringEquals', 'ForAllValues:StringEqualsIfExists'])(
    'passes under %s',
    (operator) => {
      expect(decide(operator, 'aws:TagKeys', ['team'])).toBe('allow');
    },
  );
});
