import fc from 'fast-check';
import type { Operation } from 'fast-json-patch';
import { expect, test } from 'vitest';
import { outcomeOf, type Reason } from '../../src/webhook/reasons.ts';
import { type Answer, applyToText, askWebhook, renderReviewText } from '../support/webhook/admission.ts';
import { podText } from '../support/webhook/arbitrary-pods.ts';
import { situation } from '../support/webhook/arbitrary-situations.ts';
import { parseExact } from '../support/webhook/exact-json.ts';
import { undoAdditions } from '../support/webhook/undo.ts';

const RUNS = { numRuns: 300 };

const OUR_PATHS = [
  /^\/metadata\/labels(?:\/eks\.amazonaws\.com~1pod-identity)?$/,
  /^\/spec\/volumes(?:\/0)?$/,
  /^\/spec\/(?:containers|initContainers)\/[0-9]+\/(?:env|volumeMounts)(?:\/-)?$/,
];

interface Case {
  readonly text: string;
  readonly operations: readonly Operation[];
  readonly reason: string;
  readonly warnings: readonly string[];
  readonly ask: (text: string) => Answer;
}

/** Runs a check on random pods; at least a third of them must have been mutated, or it would prove nothing. */
function checkPods(check: (admitted: Case) => void): void {
  let mutated = 0;
  fc.assert(
    fc.property(podText, situation, (text, { found, context }) => {
      const ask = (pod: string) => askWebhook(renderReviewText(pod, { namespace: 'shop' }), found, context);
      const { reason, operations, warnings } = ask(text);
      if (operations.length > 0) mutated += 1;
      check({ text, operations, reason, warnings, ask });
    }),
    RUNS,
  );
  expect(mutated).toBeGreaterThan(RUNS.numRuns / 3);
}

test('every patch applies, only adds, and only where we may', () => {
  checkPods(({ text, operations }) => {
    applyToText(text, operations);
    for (const { op, path } of operations) {
      expect(op).toBe('add');
      expect(OUR_PATHS.some((ours) => ours.test(path))).toBe(true);
    }
  });
});

test('a patch and a reason that says so stand together', () => {
  checkPods(({ operations, reason }) => {
    expect(outcomeOf(reason as Reason) === 'mutated').toBe(operations.length > 0);
  });
});

test('taking our additions out again gives the original text, odd numbers and null lists included', () => {
  checkPods(({ text, operations }) => {
    const undone = undoAdditions(applyToText(text, operations), parseExact(text), operations);
    expect(JSON.stringify(undone)).toBe(text);
  });
});

test('a second round on our own output adds nothing', () => {
  checkPods(({ text, operations, ask }) => {
    if (operations.length === 0) return;
    const again = ask(JSON.stringify(applyToText(text, operations)));
    expect(again.operations).toEqual([]);
    expect(again.reason).toBe('already-complete');
  });
});

test('every warning is one line of printable ASCII, of at most 120 characters, and none comes twice', () => {
  checkPods(({ warnings }) => {
    for (const warning of warnings) expect(warning).toMatch(/^[ -~]{1,120}$/);
    expect(new Set(warnings).size).toBe(warnings.length);
  });
});

interface AppliedContainer {
  readonly env?: readonly { readonly name?: string }[] | null;
  readonly volumeMounts?: readonly { readonly name?: string; readonly mountPath?: string }[] | null;
}

test('no variable and no mount path is there twice because of us, and each mount of ours has its volume', () => {
  checkPods(({ text, operations }) => {
    const before = readContainers(parseExact(text));
    const patched = applyToText(text, operations);
    for (const [index, after] of readContainers(patched).entries()) {
      const was = before[index];
      const added = (after.env ?? []).slice(was?.env?.length ?? 0).map(({ name }) => name);
      const kept = new Set(was?.env?.map(({ name }) => name));
      expect(added.filter((name) => kept.has(name))).toEqual([]);
      expect(new Set(added).size).toBe(added.length);
      for (const mount of (after.volumeMounts ?? []).slice(was?.volumeMounts?.length ?? 0)) {
        expect(was?.volumeMounts?.some(({ mountPath }) => mountPath === mount.mountPath) ?? false).toBe(
          false,
        );
        expect(readVolumeNames(patched)).toContain(mount.name);
      }
    }
  });
});

function readContainers(pod: unknown): readonly AppliedContainer[] {
  // The arbitrary pods have this shape, and so has what an applied patch makes of them.
  const { spec } = pod as { spec: { [list: string]: readonly AppliedContainer[] | null | undefined } };
  return [...(spec['initContainers'] ?? []), ...(spec['containers'] ?? [])];
}

function readVolumeNames(pod: unknown): readonly (string | undefined)[] {
  const { spec } = pod as { spec: { volumes?: readonly { name?: string }[] | null } };
  return (spec.volumes ?? []).map(({ name }) => name);
}
