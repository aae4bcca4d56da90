import fc from 'fast-check';
import { expect, test } from 'vitest';
import { judgeAssumeRole } from '../../src/web-identity/sts/judge.ts';
import { createFacts, createRequest, createRole, ROLE, STATEMENT } from '../support/web-identity/sts.ts';
import { createToken, ISSUER } from '../support/web-identity/tokens.ts';

const numRuns = Math.ceil(Number(process.env['FUZZ_RUNS'] ?? 300) / 4);
const TAGS = 'https://aws.amazon.com/tags';

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 70 }),
  fc.constantFrom('team', 'aws:x', '__proto__', ''),
);
const odd = fc.oneof(text, fc.jsonValue({ maxDepth: 2 }));
const nested = fc.record(
  {
    principal_tags: fc.oneof(fc.dictionary(text, fc.oneof(fc.array(text, { maxLength: 2 }), odd)), odd),
    transitive_tag_keys: fc.oneof(fc.array(text, { maxLength: 3 }), odd),
  },
  { requiredKeys: [] },
);
/** Mostly the first: with everything odd at once, nothing beyond the first check would ever be reached. */
const mostly = <Value>(usual: Value, other: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 6, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: other });
const claims = fc.record({
  [TAGS]: mostly(undefined, fc.oneof(nested, odd)),
  [`${TAGS}/principal_tags/team`]: mostly(undefined, fc.oneof(text, odd)),
  [`${TAGS}/transitive_tag_keys`]: mostly(undefined, odd),
  'https://aws.amazon.com/source_identity': mostly(undefined, fc.oneof(fc.constant('alice'), odd)),
  'https://aws.amazon.com/roles': mostly(undefined, fc.oneof(fc.constantFrom<unknown>(ROLE, [ROLE]), odd)),
  amr: mostly(undefined, odd),
  email: mostly(undefined, odd),
  iss: mostly(ISSUER, odd),
});
const parameters = fc.record({
  roleArn: fc.oneof({ weight: 9, arbitrary: fc.constant(ROLE) }, { weight: 1, arbitrary: text }),
  roleSessionName: fc.oneof({ weight: 9, arbitrary: fc.constant('name') }, { weight: 1, arbitrary: text }),
  durationSeconds: fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom('900', '3600', '3601', undefined) },
    { weight: 1, arbitrary: text },
  ),
});
const role = createRole([
  { ...STATEMENT, Action: ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession', 'sts:SetSourceIdentity'] },
]);

test('STS answers whatever it is asked, in printable words, and grants only what the roles claim lists', async () => {
  let granted = 0;
  await fc.assert(
    fc.asyncProperty(claims, parameters, async (asked, changes) => {
      const webIdentityToken = createToken({ claims: asked });
      const verdict = await judgeAssumeRole(
        createRequest({ webIdentityToken, ...changes }),
        createFacts({ roles: [role] }),
      );
      if (verdict.kind === 'refused') {
        expect(verdict.error.message).toMatch(/^[ -~]{1,2000}$/);
        expect(verdict.reason).not.toBe('');
        return;
      }
      granted += 1;
      const listed = asked['https://aws.amazon.com/roles'];
      expect([undefined, ROLE].includes(listed as undefined) || (listed as string[]).includes(ROLE)).toBe(
        true,
      );
      expect(verdict.durationSeconds).toBeLessThanOrEqual(3600);
      expect(verdict.roleSessionName).toMatch(/^[\w+=,.@-]{2,64}$/);
    }),
    { numRuns },
  );
  expect(granted).toBeGreaterThan(numRuns / 20);
});
