import { describe, expect, test } from 'vitest';
import type { AdmissionContext } from '../../src/webhook/admit.ts';
import type { AccountFinding, IdentitySources } from '../../src/webhook/identity.ts';
import { outcomeOf, REASONS, type Reason } from '../../src/webhook/reasons.ts';
import { createAccountReader } from '../../src/webhook/sources/account.ts';
import { readConfigMap } from '../../src/webhook/sources/config-map.ts';
import type { KnownEntries } from '../../src/webhook/sources/config-map-store.ts';
import { type Answer, applyToText, askWebhook, renderReviewText } from '../support/webhook/admission.ts';
import { parseExact } from '../support/webhook/exact-json.ts';
import { type Golden, loadGoldens, toSettings } from '../support/webhook/golden.ts';

const goldens = loadGoldens();

for (const golden of goldens) describe(`golden pod ${golden.name}`, () => checkGolden(golden));

function checkGolden(golden: Golden): void {
  const { reason, warnings } = golden.case;
  const answer = ask(golden, golden.podText);

  test(golden.case.says, () => {
    const result = applyToText(golden.podText, answer.operations);
    expect({ reason: answer.reason, warnings: answer.warnings, pod: result }).toEqual({
      reason,
      warnings,
      pod: parseExact(golden.expectedText),
    });
    for (const operation of answer.operations) expect(operation.op).toBe('add');
  });

  if (!isReason(reason) || outcomeOf(reason) !== 'mutated') return;
  test('a second round adds nothing', () => {
    const again = ask(golden, golden.expectedText);
    expect({ reason: again.reason, operations: again.operations }).toEqual({
      reason: 'already-complete',
      operations: [],
    });
  });
}

test('the golden pods show every reason that a well-formed review can have', () => {
  const shown = new Set(goldens.map((golden) => golden.case.reason));
  const faults = ['internal-error', 'review-malformed', 'review-too-deep'];
  expect(Object.keys(REASONS).filter((reason) => !shown.has(reason))).toEqual(expect.arrayContaining(faults));
  expect(shown.size).toBe(Object.keys(REASONS).length - faults.length);
});

function ask(golden: Golden, podText: string): Answer {
  const { namespace, request } = golden.case;
  const reviewText = renderReviewText(podText, { namespace, ...request });
  const context: AdmissionContext = {
    settings: toSettings(golden.case),
    sources: toSources(golden),
    random: () => golden.case.random,
  };
  return askWebhook(reviewText, toFinding(golden), context);
}

function toFinding({ case: { annotations, ...rest } }: Golden): AccountFinding {
  if (annotations === 'absent') return { kind: 'unknown' };
  if (annotations === 'unread') return { kind: 'unread', why: 'timed out' };
  return {
    kind: 'known',
    account: createAccountReader(toSettings({ annotations, ...rest })).read(annotations),
  };
}

function toSources({ name, case: golden }: Golden): IdentitySources {
  return {
    containerCredentials: new Set(golden.containerCredentials),
    configMap: toEntries(name, golden.configMap, toSettings(golden).tokenExpiration),
  };
}

function toEntries(
  name: string,
  text: string | undefined,
  defaultExpiration: number,
): KnownEntries | undefined {
  if (text === undefined || text === 'pending' || text === 'malformed') return text;
  const reading = readConfigMap(text, defaultExpiration);
  if (reading.kind === 'malformed') throw new Error(`${name}.yaml: ${reading.problem}`);
  return reading.entries;
}

function isReason(text: string): text is Reason {
  return text in REASONS;
}
