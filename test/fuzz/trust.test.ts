import fc from 'fast-check';
import { expect, test } from 'vitest';
import { renderVerdict } from '../../src/commands/trust/render-verdict.ts';
import { evaluateTrust } from '../../src/trust/evaluate.ts';
import { fixPolicy } from '../../src/trust/fix.ts';
import { lintPolicy } from '../../src/trust/lint.ts';
import { readTrustPolicy } from '../../src/trust/policy.ts';
import { knownRequests, policies, requests } from '../support/trust/arbitrary.ts';
import { ISSUER, PROVIDER, policy, request, statement } from '../support/trust/base.ts';

const numRuns = Number(process.env['FUZZ_RUNS'] ?? 300);

/** A policy as somebody's editor left it: mostly whole, sometimes with a piece too much, too little or another. */
const edit = (documents: fc.Arbitrary<object>): fc.Arbitrary<string> =>
  fc
    .tuple(
      documents.map((document) => JSON.stringify(document)),
      fc.array(
        fc.record({
          at: fc.nat(),
          drop: fc.nat(3),
          put: fc.oneof(
            fc.constantFrom(
              '"',
              '{}',
              '[]',
              ',',
              ':',
              '*',
              '?',
              '${',
              '}',
              '\\u001b[2J',
              '\u009b',
              '"Effect":"Deny",',
              'null',
            ),
            fc.string({ unit: 'binary', maxLength: 3 }),
          ),
        }),
        { maxLength: 2 },
      ),
    )
    .map(([text, edits]) =>
      edits.reduce((current, { at, drop, put }) => {
        const place = at % (current.length + 1);
        return `${current.slice(0, place)}${put}${current.slice(place + drop)}`;
      }, text),
    );

/** Of random policies hardly one lets a random caller in: one question in three is about a policy that does, or nearly. */
const questions = fc.oneof(
  { weight: 2, arbitrary: fc.tuple(edit(policies), requests) },
  { weight: 1, arbitrary: fc.tuple(edit(fc.constant(policy(statement()))), fc.constant(request())) },
);

type Document = Readonly<Record<string, unknown>>;

function listStatements(document: Document): readonly Document[] {
  return [document['Statement']].flat() as readonly Document[];
}

/** By the plainest reading there is: whether an Allow names the provider in so many words. */
function isProviderNamed(document: Document): boolean {
  return listStatements(document).some(({ Effect, Principal }) => {
    const federated = (Principal as Document | undefined)?.['Federated'];
    return Effect === 'Allow' && [federated].flat().includes(PROVIDER);
  });
}

test('any policy is refused, or judged, linted and corrected without a throw; none lets in by itself', () => {
  let taken = 0;
  let allowed = 0;
  fc.assert(
    fc.property(questions, ([text, asked]) => {
      const reading = readTrustPolicy(text);
      if (reading.kind === 'invalid') {
        expect(reading.problems.every(({ problem, remedy }) => problem !== '' && remedy !== '')).toBe(true);
        return;
      }
      taken += 1;
      const { policy: read, notes } = reading;
      const verdict = evaluateTrust(read, asked);
      expect(renderVerdict(verdict)).toMatch(/^[ -~\n✔✘→?…–’]+$/);
      for (const { what, remedy } of lintPolicy(read, { issuers: [ISSUER], notes })) {
        expect(what).toMatch(/^[ -~…–’]+$/);
        expect(remedy).toMatch(/^[ -~…–’]+$/);
      }
      const fix = fixPolicy(read, asked);
      if (fix !== undefined) expect(readTrustPolicy(fix.text).kind).toBe('policy');
      if (verdict.decision !== 'allow') return;
      allowed += 1;
      expect(fix).toBeUndefined();
      expect(isProviderNamed(JSON.parse(text) as Document)).toBe(true);
    }),
    { numRuns },
  );
  // Or else the property says nothing.
  expect(taken).toBeGreaterThan(numRuns / 4);
  expect(allowed).toBeGreaterThan(numRuns / 50);
});

test('a Deny of everybody wins over any policy, wherever it stands', () => {
  fc.assert(
    fc.property(policies, requests, fc.nat(3), (document, asked, at) => {
      const statements = [...listStatements(document)];
      statements.splice(at, 0, { Effect: 'Deny', Principal: '*', Action: 'sts:*' });
      const reading = readTrustPolicy(JSON.stringify({ ...document, Statement: statements }));
      if (reading.kind === 'invalid') return;
      expect(evaluateTrust(reading.policy, asked)).toMatchObject({ decision: 'deny', explicitDeny: true });
    }),
    { numRuns },
  );
});

test('a Deny more never lets anybody in', () => {
  const open = policies.map((document) => ({
    ...document,
    Statement: [statement({ Condition: undefined }), ...listStatements(document)],
  }));
  let allowed = 0;
  fc.assert(
    fc.property(fc.oneof(policies, open), policies, knownRequests, (document, other, asked) => {
      const denials = listStatements(other).filter(({ Effect }) => Effect === 'Deny');
      const more = { ...document, Statement: [...listStatements(document), ...denials] };
      const [before, after] = [document, more].map((each) => readTrustPolicy(JSON.stringify(each)));
      if (before?.kind !== 'policy' || after?.kind !== 'policy') return;
      if (evaluateTrust(after.policy, asked).decision !== 'allow') return;
      allowed += 1;
      expect(evaluateTrust(before.policy, asked).decision).toBe('allow');
    }),
    { numRuns },
  );
  // Or else the property says nothing. Of 300 some 11 come here: a bound near them would fail by bad luck.
  expect(allowed).toBeGreaterThan(0);
});
