import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { evaluateTrust } from '../../src/trust/evaluate.ts';
import { RULES } from '../../src/trust/lint/rules.ts';
import { lintPolicy } from '../../src/trust/lint.ts';
import { readTrustPolicy, type TrustPolicy } from '../../src/trust/policy.ts';
import type { TrustRequest } from '../../src/trust/request.ts';
import { applyRemedy, FILLED } from '../support/trust/apply-remedy.ts';
import { mistaken, policies, requests } from '../support/trust/arbitrary.ts';
import {
  AUDIENCE,
  aud,
  both,
  ISSUER,
  KEY,
  OTHER,
  OTHER_KEY,
  PROVIDER,
  policy,
  read,
  request,
  SUBJECT,
  statement,
  sub,
  WEB,
} from '../support/trust/base.ts';
import { createComparison, type Difference } from '../support/trust/compare.ts';

const cross = <T>(lists: readonly T[], ...more: readonly ((value: T) => readonly T[])[]): readonly T[] =>
  more.reduce((all, each) => all.flatMap(each), lists);

/** Callers of all kinds that a policy may tell apart. */
const callers: readonly TrustRequest[] = cross<TrustRequest>(
  [request(), request({ provider: { arn: OTHER, url: `https://${OTHER_KEY}` } })],
  (each) =>
    [SUBJECT, FILLED, WEB, 'system:serviceaccount:prod:web', 'repo:a/b'].map((name) => ({
      ...each,
      token: { ...each.token, sub: name },
    })),
  (each) => [each, { ...each, token: { ...each.token, audience: 'vault', originalAudiences: ['vault'] } }],
  (each) => [each, { ...each, sessionTags: { team: 'red' } }],
  (each) => [each, { ...each, sourceIdentity: 'alice' }],
  (each) => [each, { ...each, sourceIp: 'absent', sourceVpc: 'vpc-1', sourceVpce: 'vpce-1' }],
);

const shared = { Principal: { Federated: [PROVIDER, OTHER] } };
const when = (condition: unknown, changes: object = {}): unknown =>
  policy(statement({ Condition: condition, ...changes }));
const bound = (more: object): unknown => when({ StringEquals: both, ...more });
const twice = (operator: string, one: unknown, other: unknown): unknown =>
  when({ [operator]: { [sub]: one, [sub.toUpperCase()]: other } }, shared);
const withDeny = (condition: unknown): unknown =>
  policy(statement(), statement({ Effect: 'Deny', Condition: condition }));

/** Whom a remedy is to let in, or shut out: `sub` of those who come in, or what those who go have. */
type Effect =
  | { readonly opens: readonly string[] }
  | { readonly shuts: (caller: TrustRequest) => boolean }
  | 'same';

const opens = (...names: string[]): Effect => ({ opens: names });
const shuts = (who: (caller: TrustRequest) => boolean): Effect => ({ shuts: who });
const notFilled = shuts(({ token }) => token.sub !== FILLED);
const otherAudience = shuts(({ token }) => token.audience !== AUDIENCE);

const cases: [keyof typeof RULES, string, unknown, Effect][] = [
  ['principal-everybody', 'everybody', policy(statement({ Principal: '*' })), 'same'],
  [
    'principal-everybody',
    'any provider, any subject',
    when({ StringEquals: { [aud]: AUDIENCE } }, { Principal: { Federated: '*' } }),
    'same',
  ],
  [
    'principal-everybody',
    'whoever has AWS keys',
    policy(statement({ Principal: { AWS: '*' } })),
    opens(SUBJECT),
  ],
  [
    'principal-everybody',
    'the same, of any subject',
    when(undefined, { Principal: { AWS: '*' } }),
    opens(FILLED),
  ],
  [
    'provider-of-other-issuer',
    'two slashes',
    policy(statement({ Principal: { Federated: PROVIDER.replace('r/', 'r//') } })),
    opens(SUBJECT),
  ],
  [
    'provider-of-other-issuer',
    'an old cluster',
    policy(
      statement(),
      statement({
        Principal: { Federated: OTHER },
        Condition: { StringEquals: { [`${OTHER_KEY}:sub`]: WEB } },
      }),
    ),
    shuts(({ provider }) => provider.arn === OTHER),
  ],
  ['action-of-no-token', 'AssumeRole', policy(statement({ Action: 'sts:AssumeRole' })), opens(SUBJECT)],
  ['action-of-no-token', 'of any subject', when(undefined, { Action: 'sts:AssumeRole' }), opens(FILLED)],
  [
    'principal-of-another-kind',
    'an account',
    policy(statement({ Principal: { AWS: '111122223333' } })),
    opens(SUBJECT),
  ],
  [
    'principal-of-another-kind',
    'of any subject',
    when({ StringEquals: { [aud]: AUDIENCE } }, { Principal: { AWS: '111122223333' } }),
    opens(FILLED),
  ],
  [
    'conditions-exclude-each-other',
    'a pattern',
    bound({ StringLike: { [sub]: '*:prod:*' } }),
    opens(SUBJECT),
  ],
  [
    'provider-excluded',
    'another account',
    bound({ StringEquals: { ...both, 'aws:FederatedProvider': PROVIDER.replace('1111', '9999') } }),
    opens(SUBJECT),
  ],
  [
    'conditions-exclude-each-other',
    'two of them',
    bound({ StringLike: { [sub]: '*:prod:*' }, StringNotLike: { [sub]: '*:demo:*' } }),
    opens(SUBJECT),
  ],
  ['no-subject', 'nothing asked', when(undefined), notFilled],
  ['no-subject', 'two providers', when(undefined, shared), notFilled],
  ['deny-list-in-allow', 'all but one', when({ StringNotEquals: { [sub]: WEB } }), notFilled],
  ['no-audience', 'two providers', when({ StringEqualsIfExists: { [sub]: SUBJECT } }, shared), otherAudience],
  ['no-audience', 'the subject alone', when({ StringEquals: { [sub]: SUBJECT } }), otherAudience],
  [
    'action-broad',
    'all',
    policy(statement({ Action: 'sts:*' })),
    shuts((each) => each.sessionTags !== undefined || each.sourceIdentity !== undefined),
  ],
  [
    'action-broad',
    'shared',
    policy(statement({ Action: 'sts:*', Principal: { Federated: PROVIDER, AWS: '444455556666' } })),
    shuts((each) => each.sessionTags !== undefined || each.sourceIdentity !== undefined),
  ],
  [
    'not-action',
    'all but one',
    policy(statement({ Action: undefined, NotAction: 'sts:AssumeRole' })),
    shuts((each) => each.sessionTags !== undefined || each.sourceIdentity !== undefined),
  ],
  [
    'key-twice-by-case',
    'two lists',
    when({ StringEquals: { ...both, [sub]: [SUBJECT, WEB], [sub.toUpperCase()]: [WEB, 'x'] } }),
    'same',
  ],
  [
    'key-twice-by-case',
    'patterns one of which takes the other',
    twice('StringLike', '*:demo:*', [WEB, SUBJECT]),
    'same',
  ],
  [
    'key-twice-by-case',
    'patterns apart from each other',
    twice('StringLike', ['system:serviceaccount:prod:*', WEB], 'system:serviceaccount:demo:*'),
    'same',
  ],
  ['key-twice-by-case', 'a pattern of single characters', twice('StringLike', '*:demo:w?b', WEB), 'same'],
  [
    'key-twice-by-case',
    'in another case',
    twice('StringEqualsIgnoreCase', [WEB.toUpperCase(), 'x'], WEB),
    'same',
  ],
  ['key-twice-by-case', 'who may not', twice('StringNotEquals', [WEB], [SUBJECT]), 'same'],
  ['key-twice-by-case', 'patterns of who may not', twice('StringNotLike', '*:demo:w*', '*b'), 'same'],
  ['key-twice-by-case', 'IfExists', twice('StringLikeIfExists', '*:demo:*', WEB), 'same'],
  [
    'swapped-sub-and-aud',
    'both',
    when({ StringEquals: { [sub]: AUDIENCE, [aud]: SUBJECT } }),
    opens(SUBJECT),
  ],
  [
    'other-platform',
    'a subject of GitHub',
    bound({ StringEquals: { ...both, [sub]: 'repo:x/y' } }),
    opens(FILLED),
  ],
  [
    'other-platform',
    'a key of GitHub',
    when({ StringLike: { 'token.actions.githubusercontent.com:sub': 'repo:*' } }),
    opens(FILLED),
  ],
  [
    'white-space',
    'in a list',
    when({ StringEquals: { ...both, [sub]: [`${SUBJECT} `, WEB] } }),
    opens(SUBJECT),
  ],
  [
    'wildcard-under-equals',
    'in a list',
    when({ StringEquals: { ...both, [sub]: ['system:serviceaccount:*', WEB] } }),
    opens(FILLED),
  ],
  [
    'subject-wildcard',
    'of a namespace',
    when({ StringLike: { [sub]: 'system:serviceaccount:demo:*' }, StringEquals: { [aud]: AUDIENCE } }),
    notFilled,
  ],
  [
    'subject-malformed',
    'in capitals',
    when({ StringEquals: { ...both, [sub]: ['system:serviceaccount:Demo:x', WEB] } }),
    opens(FILLED),
  ],
  [
    'audience-misspelt',
    'of China',
    when({ StringEquals: { ...both, [aud]: 'sts.amazonaws.com.cn' } }),
    opens(SUBJECT),
  ],
  ['audience-misspelt', 'of any subject', when({ StringEquals: { [aud]: 'sts.amazon.com' } }), opens(FILLED)],
  [
    'audience-misspelt',
    'of a namespace',
    when({
      StringLike: { [sub]: 'system:serviceaccount:demo:*' },
      StringEquals: { [aud]: 'sts.amazon.com' },
    }),
    opens(FILLED),
  ],
  [
    'audience-misspelt',
    'of a namespace, beside another',
    when({
      StringLike: { [sub]: 'system:serviceaccount:demo:*' },
      StringEquals: { [aud]: ['vault', 'sts.amazon.com'] },
    }),
    'same',
  ],
  ['white-space', 'in the audience of all', when({ StringEquals: { [aud]: `${AUDIENCE} ` } }), opens(FILLED)],
  [
    'white-space',
    'in a pattern',
    when({ StringLike: { [sub]: 'system:serviceaccount:demo:* ' } }),
    opens(FILLED),
  ],
  [
    'wildcard-under-equals',
    'in the audience of all',
    when({ StringEquals: { [aud]: 'sts.*' } }),
    opens(FILLED),
  ],
  ['swapped-sub-and-aud', 'the subject alone', when({ StringLike: { [sub]: AUDIENCE } }), opens(FILLED)],
  ['swapped-sub-and-aud', 'the audience alone', when({ StringEquals: { [aud]: SUBJECT } }), opens(SUBJECT)],
  [
    'swapped-sub-and-aud',
    'beside a pattern',
    when({ StringLike: { [sub]: [AUDIENCE, 'system:serviceaccount:demo:*'] } }),
    'same',
  ],
  [
    'provider-of-other-issuer',
    'of a namespace',
    when(
      { StringLike: { [sub]: 'system:serviceaccount:demo:*' } },
      { Principal: { Federated: PROVIDER.replace('r/', 'r//') } },
    ),
    opens(FILLED),
  ],
  [
    'unset-key',
    'beside a pattern of subjects',
    when({ StringLike: { [sub]: 'system:serviceaccount:*' }, StringEquals: { 'sts:ExternalId': 'x' } }),
    opens(FILLED),
  ],
  [
    'action-of-no-token',
    'of a namespace',
    when({ StringLike: { [sub]: 'system:serviceaccount:demo:*' } }, { Action: 'sts:AssumeRole' }),
    opens(FILLED),
  ],
  [
    'no-values',
    'of the audience beside a pattern of subjects',
    when({ StringLike: { [sub]: 'system:serviceaccount:demo:*' }, StringEquals: { [aud]: [] } }),
    opens(FILLED),
  ],
  [
    'if-exists-on-unset-key',
    'beside the subject',
    bound({ StringEqualsIfExists: { [`${KEY}:subject`]: 'x' } }),
    'same',
  ],
  ['if-exists-on-unset-key', 'alone', when({ StringEqualsIfExists: { [`${KEY}:subject`]: 'x' } }), notFilled],
  [
    'if-exists-on-unset-key',
    'with any audience',
    when({ StringNotEquals: { 'sts:ExternalId': 'x' }, StringEquals: { [sub]: [SUBJECT, WEB] } }),
    'same',
  ],
  [
    'for-all-values-on-absent-key',
    'tags',
    bound({ 'ForAllValues:StringEquals': { 'aws:TagKeys': 'team' } }),
    shuts((each) => each.sessionTags === undefined),
  ],
  [
    'for-all-values-on-absent-key',
    'a claim',
    when({ 'ForAllValues:StringEquals': { [`${KEY}:groups`]: 'x' } }),
    notFilled,
  ],
  [
    'placeholder-in-key',
    'the subject',
    when({ StringEquals: { [`\${OIDC}:sub`]: SUBJECT } }),
    opens(SUBJECT),
  ],
  [
    'placeholder-in-key',
    'the audience alone',
    when({ StringEquals: { [`\${OIDC}:aud`]: AUDIENCE } }),
    opens(FILLED),
  ],
  ['placeholder-in-key', 'a pattern', when({ StringLike: { '<issuer>:sub': '*' } }), opens(FILLED)],
  [
    'two-issuers',
    'of one statement',
    when({ StringEquals: { [sub]: SUBJECT, [`${OTHER_KEY}:sub`]: SUBJECT } }, shared),
    opens(FILLED),
  ],
  ['two-issuers', 'of no provider', bound({ StringLike: { 'old.example:sub': WEB } }), opens(SUBJECT)],
  [
    'arn-in-key',
    'the subject',
    when({ StringEquals: { [`${PROVIDER}:sub`]: SUBJECT, [aud]: AUDIENCE } }),
    opens(SUBJECT),
  ],
  [
    'arn-in-key',
    'the audience',
    when({ StringEquals: { [`${PROVIDER}:aud`]: AUDIENCE, [sub]: SUBJECT } }),
    opens(SUBJECT),
  ],
  [
    'arn-in-key',
    'the audience alone',
    when({ StringEquals: { [`${PROVIDER}:aud`]: AUDIENCE } }),
    opens(FILLED),
  ],
  [
    'slash-in-key',
    'the subject twice',
    when({ StringEquals: { ...both, [`${KEY}/:sub`]: WEB } }),
    opens(SUBJECT),
  ],
  [
    'other-issuer',
    'both keys, the audience first',
    when({ StringEquals: { 'old.example:aud': AUDIENCE, 'old.example:sub': SUBJECT } }),
    'same',
  ],
  [
    'claim-is-no-key',
    'a namespace',
    when({ StringEquals: { [`${KEY}:kubernetes.io/namespace`]: 'demo' } }),
    opens(FILLED),
  ],
  [
    'unset-key',
    'beside the subject',
    bound({ StringEquals: { ...both, 'sts:ExternalId': 'x' } }),
    opens(SUBJECT),
  ],
  ['unset-key', 'alone', when({ StringEquals: { 'sts:ExternalId': 'x' } }), opens(FILLED)],
  [
    'unset-key',
    'beside an address',
    bound({
      Bool: { 'aws:MultiFactorAuthPresent': 'true' },
      IpAddress: { 'aws:SourceIp': '198.51.100.0/24' },
    }),
    opens(SUBJECT),
  ],
  [
    'misspelt-key',
    'beside the subject',
    bound({ IpAddress: { 'aws:SourceIpp': '198.51.100.0/24' } }),
    opens(SUBJECT),
  ],
  ['misspelt-key', 'alone', when({ IpAddress: { 'aws:SourceIpp': '198.51.100.0/24' } }), opens(FILLED)],
  [
    'set-operator-on-single-value',
    'any',
    when({ 'ForAnyValue:StringLike': { [sub]: SUBJECT }, StringEquals: { [aud]: AUDIENCE } }),
    'same',
  ],
  [
    'set-operator-on-single-value',
    'all, with IfExists',
    when({ 'ForAllValues:StringEqualsIfExists': { [sub]: SUBJECT }, StringEquals: { [aud]: AUDIENCE } }),
    'same',
  ],
  ['missing-set-operator', 'tags', bound({ StringLike: { 'aws:TagKeys': 'team' } }), 'same'],
  ['missing-set-operator', 'negated', bound({ StringNotEquals: { 'aws:TagKeys': 'x' } }), 'same'],
  [
    'missing-set-operator',
    'with IfExists',
    bound({ StringEqualsIfExists: { 'aws:TagKeys': 'team' } }),
    'same',
  ],
  [
    'negated-deny-on-absent-key',
    'an endpoint',
    withDeny({ StringNotEquals: { 'aws:SourceVpce': 'vpce-1' } }),
    opens(SUBJECT),
  ],
  [
    'negated-deny-on-absent-key',
    'an address',
    withDeny({ NotIpAddress: { 'aws:SourceIp': '198.51.100.0/24' } }),
    opens(SUBJECT),
  ],
  [
    'negated-deny-on-absent-key',
    'with IfExists',
    withDeny({ StringNotEqualsIfExists: { 'aws:SourceVpce': 'vpce-1' } }),
    opens(SUBJECT),
  ],
  [
    'negated-deny-on-absent-key',
    'without second factor',
    withDeny({ BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' } }),
    opens(SUBJECT),
  ],
  ['null-reversed', 'beside the subject', bound({ Null: { [aud]: 'true' } }), opens(SUBJECT)],
  ['null-reversed', 'alone', when({ Null: { [sub]: 'true' } }), opens(FILLED)],
  ['no-values', 'of the subject', when({ StringEquals: { ...both, [sub]: [] } }), opens(FILLED)],
  ['no-values', 'of the audience alone', when({ StringEquals: { [aud]: [] } }), opens(FILLED)],
  ['operator-of-another-type', 'a literal', when({ ArnEquals: { [sub]: SUBJECT } }), opens(SUBJECT)],
  ['operator-of-another-type', 'a pattern', when({ ArnLike: { [sub]: '*' } }), opens(FILLED)],
  [
    'audience-wildcard',
    'any',
    when({ StringEquals: { [sub]: SUBJECT }, StringLike: { [aud]: '*' } }),
    otherAudience,
  ],
  [
    'variable-in-old-version',
    'in a pattern',
    {
      ...(bound({ StringLike: { 'sts:RoleSessionName': `\${*}*\${aws:userid, 'x'}` } }) as object),
      Version: '2008-10-17',
    },
    opens(SUBJECT),
  ],
  [
    'variable-in-old-version',
    'beside another in a Deny',
    {
      Version: '2008-10-17',
      Statement: [
        statement({
          Condition: { StringEquals: both, StringLike: { 'sts:RoleSessionName': `*\${aws:userid, 'x'}` } },
        }),
        statement(),
        statement({ Effect: 'Deny', Condition: { StringNotLike: { [aud]: [`\${aws:username}`, '*'] } } }),
      ],
    },
    'same',
  ],
  ['statement-twice', 'the same', policy(statement(), statement({ Sid: 'B' })), 'same'],
  ['old-version', 'none', { Statement: [statement()] }, 'same'],
  [
    'old-version',
    'none, with what would be variables',
    {
      Statement: [
        statement(),
        statement({ Effect: 'Deny', Condition: { StringNotLike: { 'sts:RoleSessionName': `\${*}` } } }),
        statement({ Condition: { StringNotLike: { 'sts:RoleSessionName': [`\${aws:username}`, 'x'] } } }),
      ],
    },
    'same',
  ],
  ['odd-document', 'a Sid', policy(statement({ Sid: 'a b' })), 'same'],
];

describe('a remedy of the linter, followed to the letter, lets in or shuts out those alone whom it names', () => {
  test.each(cases)('%s: %s', (code, _, document, effect) => {
    const before = read(document);
    const find = (text: unknown): ReturnType<typeof lintPolicy> => {
      const { policy: policyRead, notes } = readWithNotes(text);
      return lintPolicy(policyRead, { issuers: [ISSUER], notes });
    };
    const finding = find(document).find((each) => each.code === code);
    if (finding === undefined) throw new Error(`not found: ${JSON.stringify(find(document))}`);
    const applied = applyRemedy(document as Record<string, unknown>, finding);
    if (applied === undefined) throw new Error(`no edit: ${finding.remedy}`);
    const { letIn, shutOut } = createComparison(before, callers)(read(applied));
    if (effect === 'same') expect({ letIn, shutOut }).toEqual({ letIn: [], shutOut: [] });
    else if ('opens' in effect) {
      expect(shutOut).toEqual([]);
      expect([...new Set(letIn.map(({ token }) => token.sub))]).toEqual(effect.opens);
      expect(letIn.every(({ provider }) => provider.arn === PROVIDER || code === 'two-issuers')).toBe(true);
    } else {
      expect(letIn).toEqual([]);
      expect(shutOut.length).toBeGreaterThan(0);
      expect(shutOut.filter((each) => !effect.shuts(each))).toEqual([]);
      expect(finding.remedy).toMatch(/shut out|of its own/);
    }
    const left = find(applied).filter((each) => each.code === code && each.where === finding.where);
    expect(left).toEqual([]);
  });

  test('every rule is among them', () => {
    const noEdits = ['malformed-policy', 'size-near-quota'];
    const missing = Object.keys(RULES).filter(
      (code) => !noEdits.includes(code) && !cases.some(([each]) => each === code),
    );
    expect(missing).toEqual([]);
  });
});

test('where patterns overlap, no list is advised for a key that is there twice', () => {
  const overlapping: unknown[] = [
    twice('StringLike', '*:demo:w*', '*b'),
    twice('StringLike', '*:d?mo:web', 'system:*:web'),
    twice('StringLike', `system:\${aws:userid}`, '*:web'),
    twice('NumericLessThan', '5', '7'),
    when({ 'ForAnyValue:StringEquals': { 'aws:TagKeys': ['team', 'x'], 'aws:tagkeys': ['cost', 'x'] } }),
    twice('StringEquals', SUBJECT, WEB),
  ];
  for (const document of overlapping) {
    const finding = lintPolicy(read(document)).find(({ code }) => code === 'key-twice-by-case');
    expect(finding?.remedy).toBe(
      'write it once, with a list of those alone whom both take: a caller has to fit both now',
    );
  }
});

test('where tokens of another provider come in without the key, or by a key of their own, or all is well, nothing is advised that shuts somebody out', () => {
  const shutting: [keyof typeof RULES, unknown][] = [
    ['no-values', when({ 'ForAllValues:StringEquals': { [sub]: [] } }, shared)],
    ['no-values', when({ StringEqualsIfExists: { [sub]: [] } }, { Principal: '*' })],
    ['null-reversed', when({ Null: { [sub]: 'true' } }, shared)],
    [
      'conditions-exclude-each-other',
      when({ StringEqualsIfExists: { [sub]: SUBJECT }, 'ForAllValues:StringEquals': { [sub]: WEB } }, shared),
    ],
    [
      'subject-malformed',
      when({ StringLike: { [sub]: 'system:serviceaccount:demo:*' }, StringEquals: { [sub]: WEB } }),
    ],
    ['misspelt-key', when({ StringEquals: { [`${OTHER_KEY}:sub`]: WEB } }, { Principal: '*' })],
    ['other-issuer', when({ StringEquals: { 'old.example:sub': WEB } }, { Principal: '*' })],
  ];
  for (const [code, document] of shutting) {
    const found = lintPolicy(read(document), { issuers: [ISSUER] }).map((each) => each.code);
    expect(found).not.toContain(code);
  }
});

describe('no remedy', () => {
  test('removes a condition, or does both: let somebody in and shut somebody out', () => {
    let followed = 0;
    fc.assert(
      fc.property(fc.oneof(policies, mistaken), (document) => {
        const { policy: before, notes } = readWithNotes(document);
        const compare = createComparison(before, callers);
        for (const finding of lintPolicy(before, { issuers: [ISSUER], notes })) {
          expect(finding.remedy).not.toMatch(/remove (the|this) condition/);
          const applied = tryToApply(document, finding);
          if (applied === undefined) continue;
          followed += 1;
          expectOneWay(compare(applied), finding.remedy, JSON.stringify(document));
        }
      }),
      { numRuns: 60, seed: 9 },
    );
    expect(followed).toBeGreaterThan(30);
  });

  test('of eval removes a condition', () => {
    fc.assert(
      fc.property(policies, requests, (document, asked) => {
        const { statements } = evaluateTrust(read(document), asked);
        const remedies = statements.flatMap(({ conditions }) =>
          conditions.map(({ nearMiss }) => nearMiss?.remedy ?? ''),
        );
        expect(remedies.filter((remedy) => /remove/.test(remedy))).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });
});

function readWithNotes(document: unknown): Extract<ReturnType<typeof readTrustPolicy>, { kind: 'policy' }> {
  const reading = readTrustPolicy(JSON.stringify(document));
  if (reading.kind === 'invalid') throw new Error(JSON.stringify(reading.problems));
  return reading;
}

/** Somebody comes in or somebody goes, never both; who it is can be read in the remedy or the policy. */
function expectOneWay({ letIn, shutOut }: Difference, remedy: string, document: string): void {
  expect([letIn.length, shutOut.length]).toContain(0);
  if (shutOut.length > 0) expect(remedy).toMatch(/shut out|of its own/);
  // That one names them by what they lack.
  if (remedy.includes('lets such requests alone')) return;
  const named = `${document}${remedy}${FILLED}`;
  expect(letIn.filter(({ token }) => !named.includes(token.sub))).toEqual([]);
}

function tryToApply(
  document: Record<string, unknown>,
  finding: Parameters<typeof applyRemedy>[1],
): TrustPolicy | undefined {
  try {
    const reading = readTrustPolicy(JSON.stringify(applyRemedy(document, finding)));
    return reading.kind === 'policy' ? reading.policy : undefined;
  } catch {
    return undefined;
  }
}
