import fc from 'fast-check';
import jsonpatch from 'fast-json-patch';
import { afterEach, expect, test } from 'vitest';
import { type ReviewReading, readReview } from '../../src/admission/review.ts';
import { admitPod, readTarget } from '../../src/webhook/admit.ts';
import type { AccountFinding } from '../../src/webhook/identity.ts';
import { REASONS, type Reason } from '../../src/webhook/reasons.ts';
import { renderAdmission } from '../../src/webhook/routes.ts';
import { createAccountReader } from '../../src/webhook/sources/account.ts';
import { DEFAULT_SETTINGS } from '../support/webhook/default-settings.ts';
import { hostileText, poisonedReview } from '../support/webhook/hostile-json.ts';
import { oddCharacter } from '../support/webhook/odd-text.ts';

const RUNS = { numRuns: 300 };

const found: AccountFinding = {
  kind: 'known',
  account: createAccountReader(DEFAULT_SETTINGS).read({
    'eks.amazonaws.com/role-arn': 'arn:aws:iam::111122223333:role/web',
  }),
};
const context = {
  settings: DEFAULT_SETTINGS,
  sources: { containerCredentials: new Set<string>(), configMap: undefined },
  random: () => 0,
};

const prototypeMembers = Reflect.ownKeys(Object.prototype);

afterEach(() => {
  expect(Reflect.ownKeys(Object.prototype)).toEqual(prototypeMembers);
});

/** The decision for whatever comes in, up to the answer's text. */
function decide(reading: ReviewReading) {
  if (reading.kind === 'fault') return undefined;
  const target = readTarget(reading.request);
  if (target.kind === 'none') return undefined;
  const admission = admitPod(target, found, context);
  return { admission, text: renderAdmission(reading.identity, admission) };
}

test('any bytes are read without a throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(['fault', 'request']).toContain(readReview(Buffer.from(bytes)).kind);
    }),
    RUNS,
  );
});

test('a review with damaged bytes is decided without a throw', () => {
  const damage = fc.tuple(fc.nat(2_000), fc.nat(3), fc.uint8Array({ maxLength: 4 }));
  fc.assert(
    fc.property(poisonedReview, fc.array(damage, { maxLength: 3 }), (review, wounds) => {
      let bytes = Buffer.from(review);
      for (const [at, removed, inserted] of wounds) {
        bytes = Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(at + removed)]);
      }
      decide(readReview(bytes));
    }),
    RUNS,
  );
});

test('hostile JSON of any shape is decided without a throw', () => {
  fc.assert(
    fc.property(hostileText, (text) => {
      decide(readReview(Buffer.from(text)));
      decide(
        readReview(Buffer.from(`{"request":{"operation":"CREATE","kind":{"kind":"Pod"},"object":${text}}}`)),
      );
      const podText = `{"metadata":{},"spec":{"volumes":${text},"containers":[{"env":[${text}]},${text}]}}`;
      decide(
        readReview(
          Buffer.from(`{"request":{"operation":"CREATE","kind":{"kind":"Pod"},"object":${podText}}}`),
        ),
      );
    }),
    RUNS,
  );
});

test('members twice and members named like parts of JavaScript change nothing about the decision', () => {
  const expected = JSON.stringify([
    ['/spec/volumes', 1],
    ['/spec/containers/0/env/-', 'AWS_ROLE_ARN'],
    ['/spec/containers/0/env/-', 'AWS_WEB_IDENTITY_TOKEN_FILE'],
    ['/spec/containers/0/volumeMounts', 1],
  ]);
  fc.assert(
    fc.property(poisonedReview, (review) => {
      const reading = readReview(Buffer.from(review));
      const patch = decide(reading)?.admission.patch ?? [];
      const outline = patch.map(({ path, value }) => [
        path,
        Array.isArray(value) ? value.length : nameOf(value),
      ]);
      expect(JSON.stringify(outline)).toBe(expected);
      const { request } = JSON.parse(review);
      expect(() => jsonpatch.applyPatch(request.object, jsonpatch.deepClone(patch), true)).not.toThrow();
    }),
    RUNS,
  );
});

function nameOf(value: unknown): unknown {
  return (value as { readonly name?: unknown }).name;
}

test('an answer is JSON in ASCII, echoes what came, and has at most ten different warnings', () => {
  const text = fc.string({ unit: oddCharacter });
  const notice = fc.record({
    code: fc.constant('left-out' as const),
    text: fc.constantFrom(...'abcdefghijklmn'),
  });
  const admission = fc.record({
    reason: fc.constantFrom(...(Object.keys(REASONS) as Reason[])),
    method: fc.constant(undefined),
    patch: fc.array(
      fc.record({ op: fc.constant('add' as const), path: text, value: fc.jsonValue({ maxDepth: 1 }) }),
    ),
    notices: fc.array(notice, { maxLength: 30, size: 'max' }),
  });
  const identity = fc.record({
    apiVersion: fc.option(text, { nil: undefined }),
    kind: fc.option(text, { nil: undefined }),
    uid: text,
  });
  fc.assert(
    fc.property(identity, admission, (echoed, { reason, patch, ...rest }) => {
      const answerText = renderAdmission(echoed, { reason, patch, ...rest });
      expect(answerText).toMatch(/^[ -~]*$/);
      const answer = JSON.parse(answerText);
      const { uid, allowed, auditAnnotations, warnings = [], ...changes } = answer.response;
      expect([answer.apiVersion, answer.kind, uid]).toEqual([echoed.apiVersion, echoed.kind, echoed.uid]);
      expect([allowed, auditAnnotations]).toEqual([true, { reason }]);
      expect(new Set(warnings).size).toBe(warnings.length);
      expect(warnings.length).toBeLessThanOrEqual(10);
      expect(Object.keys(changes)).toEqual(patch.length === 0 ? [] : ['patch', 'patchType']);
      if (patch.length === 0) return;
      expect(Buffer.from(changes.patch, 'base64').toString()).toBe(JSON.stringify(patch));
    }),
    RUNS,
  );
});
