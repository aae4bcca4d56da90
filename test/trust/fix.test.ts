import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decideTrust, evaluateTrust } from '../../src/trust/evaluate.ts';
import { tightenAudience } from '../../src/trust/fix/tighten.ts';
import { fixPolicy, type TrustFix } from '../../src/trust/fix.ts';
import { lintPolicy } from '../../src/trust/lint.ts';
import type { TrustRequest } from '../../src/trust/request.ts';
import {
  AUDIENCE,
  aud,
  ISSUER,
  OTHER,
  OTHER_KEY,
  PROVIDER,
  policy,
  read,
  request,
  requestOf,
  SUBJECT,
  statement,
  sub,
  WEB,
} from '../support/trust/base.ts';

const WORKER = 'system:serviceaccount:demo:worker';

const equals = (keys: Record<string, unknown>, more: object = {}): Record<string, unknown> =>
  statement({ Condition: { StringEquals: keys, ...more } });
const deny = (condition: unknown, changes: object = {}): Record<string, unknown> =>
  statement({ Effect: 'Deny', Condition: condition, ...changes });

function fix(document: unknown, asked = request()): TrustFix & { readonly document: unknown } {
  const found = fixPolicy(read(document), asked);
  if (found === undefined) throw new Error('nothing was corrected');
  return { ...found, document: JSON.parse(found.text) };
}

describe('the corrected policy', () => {
  test('is none where the caller is let in, or only AWS can say', () => {
    const vague = equals(
      { [sub]: SUBJECT, [aud]: AUDIENCE },
      { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } },
    );
    expect(fixPolicy(read(policy(statement())), request())).toBeUndefined();
    expect(fixPolicy(read(policy(vague)), request({ sourceIp: 'unknown' }))).toBeUndefined();
  });

  test('has the subject more in its list, and locks nobody out', () => {
    const document = policy(equals({ [sub]: [WEB, WORKER], [aud]: AUDIENCE }));
    const found = fix(document);
    expect(found).toMatchObject({
      role: 'same',
      document: policy(equals({ [sub]: [WEB, WORKER, SUBJECT], [aud]: AUDIENCE })),
      changes: [`statement 1 with StringEquals ${sub} ${SUBJECT}, too`],
    });
    for (const each of [WEB, WORKER, SUBJECT])
      expect(decideTrust(read(found.document), requestOf(each))).toBe('allow');
  });

  test('makes a list of a subject that stands alone, under the key and operator that are there', () => {
    const key = sub.toUpperCase();
    const before = statement({
      Condition: { StringLike: { [key]: 'system:serviceaccount:prod:*' }, StringEquals: { [aud]: AUDIENCE } },
    });
    const after = statement({
      Condition: {
        StringLike: { [key]: ['system:serviceaccount:prod:*', SUBJECT] },
        StringEquals: { [aud]: AUDIENCE },
      },
    });
    expect(fix(policy(before)).document).toEqual(policy(after));
  });

  test('has a statement of its own where a value more would let in others', () => {
    const cases: Record<string, unknown>[] = [
      // The list of audiences would be open to the caller, too.
      equals({ [sub]: WEB, [aud]: [AUDIENCE, 'vault'] }),
      equals({ [sub]: WEB }),
      statement({ Condition: { StringEquals: { [sub]: WEB }, StringLike: { [aud]: '*' } } }),
      // Those that the statement names do not come in today.
      equals({ [sub]: [SUBJECT, WEB], [aud]: 'vault' }),
      statement({
        Action: 'sts:AssumeRole',
        Condition: { StringEquals: { [sub]: [SUBJECT, WEB], [aud]: AUDIENCE } },
      }),
      statement({ Condition: { StringEqualsIgnoreCase: { [sub]: WEB }, StringEquals: { [aud]: AUDIENCE } } }),
      statement({
        Condition: { StringEquals: { [sub]: WEB }, StringLike: { [sub]: '*:demo:w*', [aud]: AUDIENCE } },
      }),
      statement({ Condition: { StringNotEquals: { [sub]: SUBJECT } } }),
      statement({ Condition: { Null: { [sub]: 'true' } } }),
    ];
    for (const old of cases) {
      expect(fix(policy(old))).toMatchObject({
        role: 'same',
        document: policy(old, statement()),
        changes: [`with a statement of its own for ${SUBJECT}, audience ${AUDIENCE}`],
      });
    }
  });

  test('is for the provider that was asked about beside the one that was there', () => {
    const old = statement({
      Principal: { Federated: OTHER },
      Condition: { StringEquals: { [`${OTHER_KEY}:sub`]: SUBJECT, [`${OTHER_KEY}:aud`]: AUDIENCE } },
    });
    const found = fix(policy(old));
    expect(found.document).toEqual(policy(old, statement()));
    const theirs = request({ provider: { arn: OTHER, url: `https://${OTHER_KEY}` } });
    expect(decideTrust(read(found.document), theirs)).toBe('allow');
  });

  test('gives each of two clusters that share a statement one of its own', () => {
    const shared = statement({
      Principal: { Federated: [PROVIDER, OTHER] },
      Condition: { StringEquals: { [sub]: SUBJECT, [`${OTHER_KEY}:sub`]: SUBJECT } },
    });
    expect(fix(policy(shared)).document).toEqual(policy(shared, statement()));
  });

  test('asks of the caller what the nearest statement asks of the call', () => {
    const more = {
      IpAddress: { 'aws:SourceIp': '10.0.0.0/8' },
      Bool: { 'aws:SecureTransport': true },
      NumericLessThanEquals: { 'sts:DurationSeconds': 900 },
    };
    const found = fix(policy(equals({ [sub]: WEB, [aud]: 'vault' }, more)), request({ sourceIp: 'unknown' }));
    expect(found.verdict.decision).toBe('indeterminate');
    const { IpAddress, Bool } = more;
    const own = equals({ [sub]: SUBJECT, [aud]: AUDIENCE }, { IpAddress, Bool });
    expect(found.document).toEqual(policy(equals({ [sub]: WEB, [aud]: 'vault' }, more), own));
    expect(found.changes).toEqual([
      expect.stringContaining('with a statement of its own'),
      'which does not ask for NumericLessThanEquals sts:DurationSeconds, as statement 1 does: the request has another value',
    ]);
  });

  test('leaves statements for other callers alone, and becomes a list', () => {
    const people = statement({
      Principal: { AWS: '444455556666' },
      Action: 'sts:AssumeRole',
      Condition: undefined,
    });
    expect(fix({ Version: '2012-10-17', Statement: people }).document).toEqual(policy(people, statement()));
  });

  test('stays a statement without a list where a value is all it takes', () => {
    const document = { Version: '2012-10-17', Statement: equals({ [sub]: WEB, [aud]: AUDIENCE }) };
    const Statement = equals({ [sub]: [WEB, SUBJECT], [aud]: AUDIENCE });
    expect(fix(document).document).toEqual({ Version: '2012-10-17', Statement });
  });

  test('allows what tags and source identity need: for this caller, and for no other', () => {
    const asked = request({ sessionTags: { team: 'red' }, sourceIdentity: 'alice' });
    const actions = ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession', 'sts:SetSourceIdentity'];
    expect(fix(policy(statement()), asked).document).toEqual(policy(statement({ Action: actions })));
    const shared = equals({ [sub]: [SUBJECT, WEB], [aud]: AUDIENCE });
    expect(fix(policy(shared), asked).document).toEqual(
      policy(shared, statement({ Action: ['sts:TagSession', 'sts:SetSourceIdentity'] })),
    );
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
    expect(fix(document, asked)).toMatchObject({
      document: { ...document, Version: '2012-10-17' },
      changes: ['the policy with Version "2012-10-17"'],
    });
  });

  test('is for a role of its own where the quota leaves no room', () => {
    const people = { Principal: { AWS: '444455556666' }, Action: 'sts:AssumeRole' };
    const full = policy(statement({ ...people, Sid: 'A'.repeat(1_500) }));
    expect(fix(full)).toMatchObject({
      role: 'own',
      document: policy(statement()),
      changes: [expect.stringContaining(`there is no room for ${SUBJECT} within IAM's quota`)],
    });
    // The account of a policy that is longer already had its quota raised.
    const raised = policy(statement({ ...people, Sid: 'A'.repeat(2_500) }));
    expect(fix(raised)).toMatchObject({ role: 'same' });
    expect(fix(policy(statement({ ...people, Sid: 'A'.repeat(3_700) })))).toMatchObject({ role: 'own' });
  });

  test('takes a subject for what it is, also where it looks like a variable', () => {
    const { document } = fix(policy(statement()), requestOf(`a\${aws:userid}`));
    expect(JSON.stringify(document)).toContain(`a\${$}{aws:userid}`);
  });

  test('adds nothing that the linter finds', () => {
    const old = statement({ Condition: { StringLike: { [sub]: 'repo:*' } } });
    const added = lintPolicy(read(fix(policy(old)).document), { issuers: [ISSUER] });
    expect(added.filter(({ where }) => !where.startsWith('/Statement/0'))).toEqual([]);
  });
});

describe('a Deny in the way', () => {
  const cases: [string, Record<string, unknown>, unknown][] = [
    ['of everybody', deny(undefined), { StringNotEquals: { [sub]: SUBJECT } }],
    [
      'of all but some, which has one more',
      deny({ StringNotEquals: { [sub]: [WEB] } }),
      { StringNotEquals: { [sub]: [WEB, SUBJECT] } },
    ],
    [
      'of all but a pattern',
      deny({ StringNotLike: { [sub]: '*:prod:*' } }),
      { StringNotLike: { [sub]: '*:prod:*' }, StringNotEquals: { [sub]: SUBJECT } },
    ],
    [
      'of this caller by name',
      deny({ StringEquals: { [sub]: SUBJECT } }),
      { StringEquals: { [sub]: SUBJECT }, StringNotEquals: { [sub]: SUBJECT } },
    ],
    [
      'that asks for a key which is not there',
      deny({ StringNotEquals: { 'sts:SourceIdentity': 'alice' } }),
      { StringNotEquals: { 'sts:SourceIdentity': 'alice', [sub]: SUBJECT } },
    ],
    [
      'for a principal of which only AWS knows whether it is meant',
      deny(undefined, { Principal: { AWS: '*' } }),
      { StringNotEquals: { [sub]: SUBJECT } },
    ],
  ];
  test.each(cases)('gets an exception for this caller: %s', (_, old, condition) => {
    const passes = deny({ Bool: { 'aws:SecureTransport': 'false' } });
    expect(fix(policy(statement(), old, passes))).toMatchObject({
      document: policy(statement(), { ...old, Condition: condition }, passes),
      changes: [`statement 2 with an exception for ${SUBJECT}: it denies this caller`],
    });
  });

  test('denies callers without such a token as before', () => {
    const { document } = fix(
      policy(
        statement(),
        statement({ Principal: { Federated: OTHER }, Condition: undefined }),
        deny(undefined, { Principal: '*' }),
      ),
    );
    const theirs = request({ provider: { arn: OTHER, url: `https://${OTHER_KEY}` } });
    expect(evaluateTrust(read(document), theirs)).toMatchObject({ decision: 'deny', explicitDeny: true });
  });

  test('denies this ServiceAccount with other audiences as before, where it would come in with them', () => {
    const { document, changes } = fix(policy(equals({ [sub]: SUBJECT }), deny(undefined, { Sid: 'No' })));
    expect(document).toEqual(
      policy(
        equals({ [sub]: SUBJECT }),
        deny({ StringNotEquals: { [sub]: SUBJECT } }, { Sid: 'No' }),
        deny({ StringNotEquals: { [aud]: AUDIENCE } }),
      ),
    );
    expect(changes).toEqual([expect.stringContaining('other audiences are denied as before')]);
  });

  test('beside an Allow that is missing takes both', () => {
    const old = equals({ [sub]: WEB, [aud]: AUDIENCE });
    expect(fix(policy(old, deny({ StringNotEquals: { [sub]: WEB } }))).document).toEqual(
      policy(
        equals({ [sub]: [WEB, SUBJECT], [aud]: AUDIENCE }),
        deny({ StringNotEquals: { [sub]: [WEB, SUBJECT] } }),
      ),
    );
  });

  test('leaves the same audience in another case denied', () => {
    const open = statement({ Condition: undefined });
    const ignoring = deny({ StringEqualsIgnoreCase: { [aud]: AUDIENCE } });
    const found = fix(policy(open, ignoring));
    const judge = (audience: string): string => {
      const asked = request();
      const token = { ...asked.token, audience, originalAudiences: [audience] };
      return decideTrust(read(found.document), { ...asked, token });
    };
    expect(judge(AUDIENCE)).toBe('allow');
    for (const other of ['STS.amazonaws.com', 'sts.amazonaws.COM', 'Sts.Amazonaws.Com'])
      expect(judge(other)).toBe('deny');
  });
});

describe('a policy that takes any audience', () => {
  const open = (value: unknown = '*'): Record<string, unknown> =>
    statement({ Condition: { StringEquals: { [sub]: [SUBJECT, WEB] }, StringLike: { [aud]: value } } });

  test.each(['*', '**', '?*', ['x', '*']])('is tightened in a proposal of its own: %s', (value) => {
    const tighter = tightenAudience(read(policy(open(value))), request());
    expect(tighter?.changes).toEqual([
      `statement 1 with StringEquals ${aud} ${AUDIENCE} in place of any audience`,
    ]);
    const document = read(tighter?.text ?? '');
    for (const subject of [SUBJECT, WEB]) {
      expect(decideTrust(document, requestOf(subject))).toBe('allow');
      const token = { sub: subject, audience: 'vault', originalAudiences: ['vault'] };
      expect(decideTrust(document, request({ token }))).toBe('deny');
    }
  });

  test('keeps its pattern where a caller is let in beside', () => {
    const document = policy(open());
    const asked = requestOf(WORKER);
    expect(JSON.stringify(fix(document, asked).document)).toContain(JSON.stringify(open()));
  });

  test.each([
    ['asked by name', statement()],
    [
      'asked twice',
      statement({ Condition: { StringEquals: { [aud]: AUDIENCE }, StringLike: { [aud]: '*' } } }),
    ],
    ['in part', open('sts.*')],
    ['in a Deny', deny({ StringLike: { [aud]: '*' } })],
    ['negated', statement({ Condition: { StringNotLike: { [aud]: '*' } } })],
  ])('and no other has such a proposal: %s', (_, old) => {
    expect(tightenAudience(read(policy(old)), request())).toBeUndefined();
  });
});

describe('whatever the patterns of a policy', () => {
  const part = fc.stringMatching(/^[a-c]{1,3}$/);
  const pattern = fc
    .array(fc.constantFrom('a', 'b', '*', '?', '-'), { minLength: 1, maxLength: 5 })
    .map((list) => `system:serviceaccount:demo:${list.join('')}`);
  const literal = part.map((name) => `system:serviceaccount:demo:${name}`);
  const audiences = fc.constantFrom<unknown>(AUDIENCE, [AUDIENCE, 'vault'], '*', undefined);
  const allow = fc
    .record({
      subjects: fc.array(fc.oneof(pattern, literal), { minLength: 1, maxLength: 3 }),
      audience: audiences,
    })
    .map(({ subjects, audience }) =>
      statement({
        Condition: {
          StringLike: { [sub]: subjects, ...(audience === undefined ? {} : { [aud]: audience }) },
        },
      }),
    );
  const denial = fc
    .record({
      operator: fc.constantFrom('StringLike', 'StringNotLike', 'StringEquals'),
      subject: fc.oneof(pattern, literal),
    })
    .map(({ operator, subject }) => deny({ [operator]: { [sub]: subject } }));

  test('the caller comes in, all come in who came in before, and nobody else', () => {
    let corrected = 0;
    fc.assert(
      fc.property(
        fc.array(allow, { minLength: 1, maxLength: 3 }),
        fc.array(denial, { maxLength: 1 }),
        literal,
        fc.array(
          fc.tuple(
            fc.oneof(
              literal,
              part.map((name) => `system:serviceaccount:demo:${name}-${name}`),
            ),
            fc.constantFrom(AUDIENCE, 'vault', 'x'),
          ),
          { maxLength: 30 },
        ),
        (allows, denials, subject, others) => {
          const before = read(policy(...allows, ...denials));
          const found = fixPolicy(before, requestOf(subject));
          if (found === undefined) return;
          corrected += 1;
          expect(found.role).toBe('same');
          const after = read(found.text);
          expect(decideTrust(after, requestOf(subject))).toBe('allow');
          for (const [name, audience] of others) {
            const other: TrustRequest = request({
              token: { sub: name, audience, originalAudiences: [audience] },
            });
            const isCaller = name === subject && audience === AUDIENCE;
            expect(decideTrust(after, other)).toBe(isCaller ? 'allow' : decideTrust(before, other));
          }
        },
      ),
      { numRuns: 300 },
    );
    expect(corrected).toBeGreaterThan(100);
  });
});
