import fc from 'fast-check';
import { test } from 'vitest';
import { BodyModel } from '../support/http/body-model.ts';
import { KIB, MIB, type NotedBody } from '../support/http/ledger-bodies.ts';

/** What strangers and legal callers may do; `size` is in bytes, of `pass` in looks. */
const STEPS: Readonly<
  Record<string, { readonly weight: number; readonly sizes: readonly [number, number] }>
> = {
  small: { weight: 6, sizes: [0, 256 * KIB] },
  large: { weight: 8, sizes: [256 * KIB + 1, 7 * MIB] },
  grow: { weight: 4, sizes: [1, 3 * MIB] },
  receive: { weight: 3, sizes: [0, 300 * KIB] },
  complete: { weight: 2, sizes: [0, 0] },
  answer: { weight: 2, sizes: [0, 0] },
  pass: { weight: 2, sizes: [1, 6] },
};

const step = fc.oneof(
  ...Object.entries(STEPS).map(
    ([
      kind,
      {
        weight,
        sizes: [min, max],
      },
    ]) => ({
      weight,
      arbitrary: fc.record({ kind: fc.constant(kind), size: fc.integer({ min, max }), pick: fc.nat() }),
    }),
  ),
);

function take(model: BodyModel, kind: string, size: number, pick: number): void {
  if (kind === 'small' || kind === 'large') model.arrive(size);
  else if (kind === 'pass') model.pass(size);
  else touch(model, kind, size, model.pick(pick));
}

function touch(model: BodyModel, kind: string, size: number, body: NotedBody | undefined): void {
  if (body === undefined) return;
  if (kind === 'receive') body.received += size;
  else if (kind === 'complete') body.complete = true;
  else if (kind === 'answer') model.answer(body);
  else if (!body.complete) model.ask(body, body.reserved + size);
}

test.each([8, 12, 32])('a budget of %d MiB is never exceeded, and kept by the rules', (mib) => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 250 }), (script) => {
      const model = new BodyModel(mib * MIB);
      for (const { kind, size, pick } of script) {
        take(model, kind, size, pick);
        model.check();
      }
      model.checkEnd();
    }),
    { numRuns: 300 },
  );
});
