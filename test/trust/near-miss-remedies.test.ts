import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isServiceAccountSubject } from '../../src/base/names/account.ts';
import { evaluateTrust } from '../../src/trust/evaluate.ts';
import { listWitnesses } from '../../src/trust/fix/witnesses.ts';
import { isAlmostSts } from '../../src/trust/near-miss/audience.ts';
import type { TrustPolicy } from '../../src/trust/policy.ts';
import type { TrustRequest } from '../../src/trust/request.ts';
import type { NearMissKind } from '../../src/trust/verdict.ts';
import { applyNearMiss, type Followed, type Given } from '../support/trust/apply-near-miss.ts';
import { mistaken, policies, requests, strangers } from '../support/trust/arbitrary.ts';
import {
  AUDIENCE,
  aud,
  both,
  KEY,
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
import { createComparison } from '../support/trust/compare.ts';

type Json = Record<string, unknown>;

interface Remedied extends Given {
  readonly kind: NearMissKind;
}

function listRemedies(policy: TrustPolicy, request: TrustRequest): readonly Remedied[] {
  return evaluateTrust(policy, request).statements.flatMap(({ index, forAction, conditions }) =>
    conditions.flatMap(({ operator, key, nearMiss }) =>
      nearMiss === undefined ? [] : [{ request, index, action: forAction, operator, key, ...nearMiss }],
    ),
  );
}

/** Whether a caller can be: no token of a cluster has another subject, nor an audience that only looks like one. */
function isReal({ token }: TrustRequest, asked: TrustRequest): boolean {
  const isAccount = isServiceAccountSubject(token.sub) || !isServiceAccountSubject(asked.token.sub);
  return isAccount && !isAlmostSts(token.audience) && !isServiceAccountSubject(token.audience);
}

/** What is left of the near miss where the remedy has edited, or whether a statement of its own does not let the caller in. */
function findLeft({ request, kind, action }: Remedied, { document, index, condition }: Followed): unknown {
  const { statements } = evaluateTrust(read(document), request);
  const statement = statements.find((each) => each.index === index && each.forAction === action);
  if (condition === undefined) return statement?.matches === 'yes' ? undefined : statement;
  const edited = statement?.conditions.find(
    ({ operator, key }) => operator === condition.operator && key === condition.key,
  );
  return edited?.nearMiss?.kind === kind || edited === undefined ? (edited ?? condition) : undefined;
}

/** What somebody does who follows a remedy. */
type Form = 'edit' | 'statement of its own' | 'change of the pod';

/** Compares those whom the policies name and others before and after, and fails where anybody else comes in or goes. */
function follow(document: unknown, remedied: Remedied, more: readonly TrustRequest[] = []): Form {
  const { request: asked } = remedied;
  const before = read(document);
  const followed = applyNearMiss(document as Json, remedied);
  if (followed === undefined) return 'change of the pod';
  const after = read(followed.document);
  const witnesses = [before, after].flatMap((each) => listWitnesses(each, asked));
  const callers = [...witnesses, ...more].filter((each) => isReal(each, asked));
  const { letIn, shutOut } = createComparison(before, callers)(after);
  expect(shutOut).toEqual([]);
  const others = letIn.filter(
    ({ provider, token }) => token.sub !== asked.token.sub || provider.arn !== asked.provider.arn,
  );
  expect(others).toEqual([]);
  expect(findLeft(remedied, followed)).toBeUndefined();
  return followed.condition === undefined ? 'statement of its own' : 'edit';
}

const shared = { Principal: { Federated: [PROVIDER, PROVIDER.replace('/A', '/B')] } };
const ofDefault = requestOf('system:serviceaccount:demo:default');

const when = (condition: unknown, changes: object = {}): unknown =>
  policy(statement({ Condition: condition, ...changes }));
const equals = (keys: object, changes: object = {}): unknown => when({ StringEquals: keys }, changes);
const bound = (more: object): unknown => when({ StringEquals: both, ...more });
const old = (...statements: unknown[]): unknown => ({ Version: '2008-10-17', Statement: statements });

type Case = readonly [name: string, document: unknown, form: Form, asked?: TrustRequest];

/** Each kind, with a policy for each way in which its remedy may go. */
const CASES: Readonly<Record<NearMissKind, readonly [Case, ...Case[]]>> = {
  case: [
    ['the subject', equals({ ...both, [sub]: SUBJECT.toUpperCase() }), 'edit'],
    ['in a list', equals({ ...both, [sub]: [WEB, SUBJECT.toUpperCase()] }), 'edit'],
    ['the audience of this caller', equals({ ...both, [aud]: 'STS.amazonaws.com' }), 'edit'],
    [
      'the audience of two',
      equals({ [sub]: [SUBJECT, WEB], [aud]: 'STS.amazonaws.com' }),
      'statement of its own',
    ],
    ['the audience of all', equals({ [aud]: 'STS.amazonaws.com' }), 'statement of its own'],
    [
      'a tag',
      bound({ 'ForAnyValue:StringEquals': { 'aws:TagKeys': 'Team' } }),
      'edit',
      request({ sessionTags: { team: 'red' } }),
    ],
  ],
  'white-space': [
    ['the subject', equals({ ...both, [sub]: `${SUBJECT} ` }), 'edit'],
    [
      'the audience of a namespace',
      when({
        StringLike: { [sub]: 'system:serviceaccount:demo:*' },
        StringEquals: { [aud]: `${AUDIENCE} ` },
      }),
      'statement of its own',
    ],
  ],
  'wildcard-under-equals': [
    ['the subject', equals({ ...both, [sub]: 'system:serviceaccount:demo:*' }), 'edit'],
    ['in a list', equals({ ...both, [sub]: [WEB, 'system:serviceaccount:*'] }), 'edit'],
    ['IfExists, of two providers', when({ StringEqualsIfExists: { [sub]: '*' } }, shared), 'edit'],
    ['the audience of all', equals({ [aud]: 'sts.*' }), 'statement of its own'],
  ],
  'swapped-sub-and-aud': [
    ['both', equals({ [sub]: AUDIENCE, [aud]: SUBJECT }), 'edit'],
    ['the subject alone', equals({ [sub]: AUDIENCE }), 'edit'],
    ['the audience, of any subject', when({ StringLike: { [sub]: '*', [aud]: SUBJECT } }), 'edit'],
    ['beside another', equals({ [sub]: [AUDIENCE, WEB] }), 'statement of its own'],
    [
      'IfExists, of two providers',
      when({ StringEqualsIfExists: { [sub]: AUDIENCE } }, shared),
      'statement of its own',
    ],
  ],
  'arn-in-key': [
    ['the subject', equals({ [`${PROVIDER}:sub`]: SUBJECT, [aud]: AUDIENCE }), 'edit'],
    ['the audience of this caller', equals({ [`${PROVIDER}:aud`]: AUDIENCE, [sub]: SUBJECT }), 'edit'],
    ['the audience of all', equals({ [`${PROVIDER}:aud`]: AUDIENCE }), 'statement of its own'],
    ['the subjects of two', equals({ [`${PROVIDER}:sub`]: [SUBJECT, WEB] }), 'statement of its own'],
    [
      'beside the right one',
      equals({ [`${PROVIDER}:sub`]: SUBJECT, [sub]: SUBJECT }),
      'statement of its own',
    ],
    ['of two providers', equals({ [`${PROVIDER}:sub`]: SUBJECT }, shared), 'statement of its own'],
  ],
  'slash-in-key': [
    ['one too many', equals({ [`${KEY}/:sub`]: SUBJECT, [aud]: AUDIENCE }), 'edit'],
    ['any subject', when({ StringLike: { [`${KEY}/:sub`]: '*' } }), 'statement of its own'],
  ],
  'other-issuer': [
    ['the subject', equals({ 'old.example:sub': SUBJECT, 'old.example:aud': AUDIENCE }), 'edit'],
    ['another caller', equals({ 'old.example:sub': WEB }), 'statement of its own'],
    ['any provider', equals({ 'old.example:sub': SUBJECT }, { Principal: '*' }), 'statement of its own'],
  ],
  'claim-is-no-key': [
    ['a namespace', equals({ [`${KEY}:kubernetes.io/namespace`]: 'demo' }), 'statement of its own'],
  ],
  'unset-key': [
    ["AWS's", equals({ ...both, 'sts:ExternalId': 'x' }), 'statement of its own'],
    ["the token's", equals({ [`${KEY}:email`]: 'x' }), 'statement of its own'],
    ["nobody's", equals({ 'foo:bar': 'x' }), 'statement of its own'],
  ],
  'placeholder-in-key': [
    ['the subject', equals({ [`\${OIDC}:sub`]: SUBJECT }), 'edit'],
    ['the audience of all', equals({ '<issuer>:aud': AUDIENCE }), 'statement of its own'],
  ],
  'two-issuers': [
    [
      'of two providers',
      equals({ [sub]: SUBJECT, [`${OTHER_KEY}:sub`]: SUBJECT }, shared),
      'statement of its own',
    ],
    [
      'one of which has its own way in',
      when({ StringEquals: { 'b.example/z:sub': WEB }, StringEqualsIfExists: { [sub]: SUBJECT } }, shared),
      'statement of its own',
    ],
  ],
  spelling: [
    ['the audience of this caller', equals({ ...both, [aud]: 'sts.amazon.com' }), 'edit'],
    ['in a list', equals({ ...both, [aud]: ['vault', 'sts.amazonaws.con'] }), 'edit'],
    ['the audience of all', equals({ [aud]: 'sts.amazon.com' }), 'statement of its own'],
    [
      'a pattern of subjects',
      when({ StringLike: { ...both, [sub]: 'system:serviceaccount*demo:s3-echoe' } }),
      'edit',
    ],
    ['names alone', equals({ ...both, [sub]: 'demo:s3-echoer' }), 'edit'],
    ['a claim', equals({ [`${KEY}:sbu`]: SUBJECT }), 'edit'],
    [
      'the issuer, for any subject',
      when({ StringLike: { [sub.replace('example', 'exampel')]: '*' } }),
      'statement of its own',
    ],
    [
      'a key of the call, of this caller',
      bound({ IpAddress: { 'aws:SourceIpp': '198.51.100.0/24' } }),
      'edit',
    ],
    [
      'a key of the call, of all',
      when({ IpAddress: { 'aws:SourceIpp': '198.51.100.0/24' } }),
      'statement of its own',
    ],
  ],
  'other-service-account': [
    ['one', equals({ ...both, [sub]: WEB }), 'edit'],
    ['a pattern', when({ StringLike: { [sub]: 'system:serviceaccount:demo:web-*' } }), 'edit'],
    ['the default one', equals({ ...both, [sub]: WEB }), 'change of the pod', ofDefault],
    [
      'the default one beside a pattern',
      when({ StringLike: { [sub]: 'system:serviceaccount:demo:web-*' } }),
      'edit',
      ofDefault,
    ],
  ],
  'other-namespace': [
    ['one', equals({ ...both, [sub]: 'system:serviceaccount:prod:s3-echoer' }), 'edit'],
    [
      'a list',
      equals({ ...both, [sub]: ['system:serviceaccount:prod:web', 'system:serviceaccount:prod:x'] }),
      'edit',
    ],
  ],
  'other-platform': [
    ['a subject', when({ StringLike: { [sub]: 'repo:a/b:*' } }), 'edit'],
    ['in a list', equals({ ...both, [sub]: ['repo:a/b', WEB] }), 'edit'],
    ['a key', equals({ 'token.actions.githubusercontent.com:sub': SUBJECT }), 'edit'],
    [
      'a key and its value',
      equals({ 'token.actions.githubusercontent.com:sub': 'repo:a/b' }),
      'statement of its own',
    ],
  ],
  'variable-in-old-version': [
    [
      'one that the request does not meet',
      old(
        statement({
          Condition: {
            StringEquals: both,
            StringLike: { 'sts:RoleSessionName': `aws-sdk\${*}` },
          },
        }),
      ),
      'statement of its own',
    ],
    [
      'one that only AWS knows',
      old(
        statement({
          Condition: { StringEquals: both, StringLike: { 'sts:RoleSessionName': `\${aws:username}` } },
        }),
      ),
      'edit',
    ],
    [
      'one of two',
      old(
        statement({
          Condition: { StringEquals: both, StringLike: { 'sts:RoleSessionName': `\${aws:username}` } },
        }),
        statement({ Condition: { StringNotLike: { [sub]: `\${aws:username}` } }, Effect: 'Deny' }),
      ),
      'statement of its own',
    ],
    [
      'of any subject',
      old(statement({ Condition: { StringLike: { 'sts:RoleSessionName': `\${aws:username}` } } })),
      'statement of its own',
    ],
  ],
  'session-name-of-an-sdk': [
    ['of Python', equals({ ...both, 'sts:RoleSessionName': 'botocore-session-1' }), 'change of the pod'],
  ],
  'operator-of-another-type': [
    ['an ARN', when({ ArnLike: { [sub]: '*' } }), 'edit'],
    ['a number', when({ NumericEquals: { [sub]: '1' } }), 'edit'],
    ['bytes, which another meets', when({ BinaryEquals: { [sub]: WEB } }), 'statement of its own'],
    ['beside a text', bound({ ArnLike: { [sub]: '*' } }), 'statement of its own'],
    [
      'IfExists, of two providers',
      when({ NumericEqualsIfExists: { [sub]: '1' } }, shared),
      'statement of its own',
    ],
    ['the audience', when({ BinaryEquals: { [aud]: 'vault' } }), 'statement of its own'],
  ],
  'no-values': [
    ['the subject', equals({ ...both, [sub]: [] }), 'edit'],
    ['IfExists, of two providers', when({ StringEqualsIfExists: { [sub]: [] } }, shared), 'edit'],
    ['the audience', equals({ [aud]: [] }), 'statement of its own'],
    ['Null', when({ Null: { [sub]: [] } }), 'statement of its own'],
    [
      'where others differ in case only',
      when({ StringEqualsIgnoreCase: { [sub]: [] } }),
      'statement of its own',
      requestOf('repo:A/b'),
    ],
  ],
  'null-reversed': [
    ['the audience', bound({ Null: { [aud]: 'true' } }), 'statement of its own'],
    ['the subject, of two providers', when({ Null: { [sub]: 'true' } }, shared), 'statement of its own'],
  ],
  'ruled-out': [['all but one', when({ StringNotEquals: { [sub]: SUBJECT } }), 'statement of its own']],
  'other-value': [
    ['the audience', equals({ [sub]: SUBJECT, [aud]: 'vault' }), 'statement of its own'],
    ['the address', bound({ IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } }), 'statement of its own'],
    [
      'a platform of its own',
      when({ StringLike: { [sub]: 'repo:a/b:*' } }),
      'statement of its own',
      requestOf('repo:c/d:x'),
    ],
  ],
};

describe('a remedy of trust eval, followed to the letter,', () => {
  const all = Object.entries(CASES).flatMap(([kind, cases]) =>
    cases.map((each) => ({ kind, name: each[0], each })),
  );
  test.each(all)('of $kind: $name', ({ kind, each: [, document, form, asked = request()] }) => {
    const remedied = listRemedies(read(document), asked);
    expect(remedied.map((given) => given.kind)).toContain(kind);
    const own = remedied.filter((given) => given.kind === kind);
    expect(own.map((given) => follow(document, given))).toContain(form);
  });

  test('lets in the caller alone, shuts out nobody, and mends what it was given for', () => {
    let followed = 0;
    const property = fc.property(
      fc.oneof(policies, mistaken, mistaken),
      requests,
      fc.array(strangers, { maxLength: 10 }),
      (document, asked, more) => {
        for (const remedied of listRemedies(read(document), asked)) {
          follow(document, remedied, more);
          followed += 1;
        }
      },
    );
    fc.assert(property, { numRuns: 40, seed: 12 });
    expect(followed).toBeGreaterThan(60);
  });
});
