import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { renderVerdict } from '../../src/commands/trust/render-verdict.ts';
import { evaluateTrust } from '../../src/trust/evaluate.ts';
import { fixPolicy } from '../../src/trust/fix.ts';
import { lintPolicy } from '../../src/trust/lint.ts';
import { readTrustPolicy } from '../../src/trust/policy.ts';
import { knownRequests, policies, requests } from '../support/trust/arbitrary.ts';
import { ISSUER, policy, read, requestOf, statement } from '../support/trust/base.ts';

const RUNS = { numRuns: 150 };
const FACTS_THAT_MAY_MISS = /aws:PrincipalOrgID|aws:VpcSourceIp/;

describe('any policy that IAM takes', () => {
  test('is judged, explained and linted without a throw', () => {
    fc.assert(
      fc.property(policies, requests, (document, asked) => {
        const policyRead = read(document);
        const verdict = evaluateTrust(policyRead, asked);
        expect(['allow', 'deny', 'indeterminate']).toContain(verdict.decision);
        expect(renderVerdict(verdict)).toContain(verdict.summary);
        for (const { code, what, remedy } of lintPolicy(policyRead, { issuers: [ISSUER] })) {
          expect([code, what, remedy]).not.toContain('');
        }
      }),
      RUNS,
    );
  });

  test('gives every condition of an Allow that does not match a remedy', () => {
    fc.assert(
      fc.property(policies, requests, (document, asked) => {
        const { statements } = evaluateTrust(read(document), asked);
        const failed = statements
          .filter(({ effect }) => effect === 'Allow')
          .flatMap(({ conditions }) => conditions.filter(({ matches }) => matches === 'no'));
        expect(failed.filter(({ nearMiss }) => nearMiss === undefined)).toEqual([]);
      }),
      RUNS,
    );
  });

  test('lets nobody in once a Deny of everything is added', () => {
    fc.assert(
      fc.property(policies, requests, (document, asked) => {
        const statements = [document['Statement']].flat();
        const denied = {
          ...document,
          Statement: [...statements, { Effect: 'Deny', Principal: '*', Action: '*' }],
        };
        expect(evaluateTrust(read(denied), asked)).toMatchObject({ decision: 'deny', explicitDeny: true });
      }),
      RUNS,
    );
  });

  test('lets nobody in without an Allow', () => {
    fc.assert(
      fc.property(policies, requests, (document, asked) => {
        const denials = [document['Statement']]
          .flat()
          .filter((one) => JSON.stringify(one).includes('"Deny"'));
        fc.pre(denials.length > 0);
        expect(evaluateTrust(read({ ...document, Statement: denials }), asked).decision).toBe('deny');
      }),
      RUNS,
    );
  });

  test('knows more with more facts: what is certain with facts unknown stays so whatever they are', () => {
    fc.assert(
      fc.property(policies, knownRequests, (document, known) => {
        const vague = { ...known, sourceIp: 'unknown', sourceVpc: 'unknown', sourceVpce: 'unknown' } as const;
        const before = evaluateTrust(read(document), { ...vague, durationSeconds: 'unknown' });
        fc.pre(before.decision !== 'indeterminate');
        expect(evaluateTrust(read(document), known).decision).toBe(before.decision);
      }),
      RUNS,
    );
  });
});

describe('the corrected policy', () => {
  test('always allows the caller whose facts are known', () => {
    fc.assert(
      fc.property(policies, knownRequests, (document, asked) => {
        const text = JSON.stringify(document);
        // Nobody but AWS knows this key.
        fc.pre(!FACTS_THAT_MAY_MISS.test(text));
        const before = evaluateTrust(read(text), asked);
        const fix = fixPolicy(read(text), asked);
        expect(fix === undefined).toBe(before.decision === 'allow');
        if (fix === undefined) return;
        expect(evaluateTrust(read(fix.text), asked).decision).toBe('allow');
        expect(fix.changes.length).toBeGreaterThan(0);
      }),
      RUNS,
    );
  });

  test('lets in no other ServiceAccount that was not let in before', () => {
    fc.assert(
      fc.property(policies, (document) => {
        const stranger = requestOf('system:serviceaccount:else:where');
        const asked = requestOf('system:serviceaccount:demo:other');
        fc.pre(![document['Statement']].flat().some((one) => JSON.stringify(one).includes('"Deny"')));
        const fix = fixPolicy(read(document), asked);
        fc.pre(fix !== undefined && evaluateTrust(read(document), stranger).decision === 'deny');
        expect(evaluateTrust(read(fix?.text), stranger).decision).toBe('deny');
      }),
      RUNS,
    );
  });
});

describe('any JSON at all', () => {
  test('is read or refused with places and remedies, and never throws', () => {
    const documents = fc.oneof(
      fc.json(),
      fc.string(),
      fc.jsonValue().map((value) => JSON.stringify({ Version: '2012-10-17', Statement: value })),
      fc.jsonValue().map((value) => JSON.stringify(policy(statement({ Condition: value, Sid: value })))),
      fc
        .jsonValue()
        .map((value) =>
          JSON.stringify(policy(statement({ Principal: value, Action: value, Effect: value }))),
        ),
    );
    fc.assert(
      fc.property(documents, (text) => {
        const reading = readTrustPolicy(text);
        if (reading.kind === 'policy') return;
        expect(reading.problems.length).toBeGreaterThan(0);
        for (const { pointer, problem, remedy } of reading.problems) {
          expect(pointer === '' || pointer.startsWith('/')).toBe(true);
          expect([problem, remedy]).not.toContain('');
        }
      }),
      RUNS,
    );
  });
});
