import { findNearest } from '../../base/edit-distance.ts';
import { quoteShort } from '../../json/quote.ts';
import { readJson } from '../../json/read.ts';
import { isRecord, type JsonRecord, readMember } from '../../json/record.ts';
import { type Identity, impersonated } from '../../rbac/identity.ts';
import type { Question } from '../../rbac/question.ts';

/** A line of a batch. `id` is whatever the line has, to be echoed. */
export type BatchLine =
  | {
      readonly kind: 'question';
      readonly id: unknown;
      readonly question: Question;
      /** undefined: whoever the command line names. */
      readonly identity: Identity | undefined;
    }
  /** `error` is one sentence, without the line in it. */
  | { readonly kind: 'error'; readonly id: unknown; readonly error: string };

const OF_RESOURCES = ['verb', 'resource', 'group', 'subresource', 'name', 'namespace'];
const OF_PATHS = ['verb', 'path'];
const OF_BOTH = ['id', 'user', 'groups'];

/** Reads a question as a SubjectAccessReview has it: to the letter, nothing is looked up, and nothing added but groups. */
export function readBatchLine(line: string): BatchLine {
  const reading = readJson(line);
  const value = reading.kind === 'read' ? reading.value : undefined;
  const id = isRecord(value) ? readMember(value, 'id') : undefined;
  try {
    if (reading.kind === 'malformed') throw new LineProblem(`${reading.problem}: ${FORM}`);
    const [twice] = reading.duplicates;
    if (twice !== undefined)
      throw new LineProblem(`${quoteShort(twice)} is there twice: keep the one that is meant`);
    if (!isRecord(value)) throw new LineProblem(`it is no object: ${FORM}`);
    return { kind: 'question', id, question: readQuestion(value), identity: readIdentity(value) };
  } catch (error) {
    if (error instanceof LineProblem) return { kind: 'error', id, error: error.message };
    throw error;
  }
}

const FORM = 'give {"verb": …, "resource": …}';

class LineProblem extends Error {}

function readQuestion(record: JsonRecord): Question {
  const isPath = Object.hasOwn(record, 'path');
  const known = [...(isPath ? OF_PATHS : OF_RESOURCES), ...OF_BOTH];
  const odd = Object.keys(record).find((name) => !known.includes(name));
  if (odd !== undefined) {
    const nearest = findNearest(odd, known);
    const hint = nearest === undefined ? `take ${known.join(', ')}` : `did you mean ${nearest}?`;
    throw new LineProblem(`${quoteShort(odd)} is no member of such a question: ${hint}`);
  }
  const verb = readText(record, 'verb', true);
  if (isPath) return { verb, path: readText(record, 'path', true) };
  const [subresource, name, namespace] = ['subresource', 'name', 'namespace'].map((each) =>
    readText(record, each),
  );
  return {
    verb,
    group: readText(record, 'group'),
    resource: readText(record, 'resource', true),
    ...(subresource && { subresource }),
    ...(name && { name }),
    ...(namespace && { namespace }),
  };
}

function readIdentity(record: JsonRecord): Identity | undefined {
  const user = readText(record, 'user');
  const groups = readMember(record, 'groups') ?? [];
  if (!Array.isArray(groups) || !groups.every((group) => typeof group === 'string'))
    throw new LineProblem('groups is no list of texts');
  return user === '' && groups.length === 0
    ? undefined
    : impersonated(user === '' ? undefined : user, groups);
}

function readText(record: JsonRecord, name: string, isNeeded = false): string {
  const value = readMember(record, name) ?? '';
  if (typeof value !== 'string') throw new LineProblem(`${name} is no text`);
  if (isNeeded && value === '') throw new LineProblem(`${name} is missing`);
  return value;
}
