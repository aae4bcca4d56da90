import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readQuestion } from '../../src/access/question.ts';
import { createCatalogue } from '../../src/access/resources/catalogue.ts';
import { readBatchLine } from '../../src/commands/can/batch-line.ts';

const CATALOGUE = createCatalogue(undefined);
const word = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('pods', '/', '.', 'log', 'apps', '*', '__proto__', 'constructor') }),
);

test('whatever words a question has, it is read to the letter or refused in a line', () => {
  const namespace = fc.option(word, { nil: undefined });
  fc.assert(
    fc.property(word, word, namespace, (verb, what, where) => {
      const reading = readQuestion({ verb, what, namespace: where, namespaceIsGiven: true }, CATALOGUE);
      if (reading.kind === 'problem') expect(reading.problem).toMatch(/^[ -~…]+$/);
      else {
        expect(reading.question.verb).toBe(verb);
        for (const { message } of reading.caveats) expect(message).toMatch(/^[ -~…]+$/);
      }
    }),
  );
});

test('whatever a line of a batch holds, it is a question or an error in a line', () => {
  const member = fc.constantFrom(
    'id',
    'verb',
    'resource',
    'group',
    'user',
    'groups',
    'path',
    'name',
    '__proto__',
  );
  const line = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.json(),
    fc
      .dictionary(member, fc.oneof(fc.string(), fc.array(fc.string()), fc.jsonValue()))
      .map((each) => JSON.stringify(each)),
  );
  fc.assert(
    fc.property(line, (text) => {
      const read = readBatchLine(text);
      if (read.kind === 'error') expect(read.error).toMatch(/^[ -~…]+$/);
      else expect(read.question.verb).not.toBe('');
    }),
  );
});
