import { Composer, Parser, type Tags, YAMLParseError } from 'yaml';
import { describeError, ExplainedError } from '../../base/errors.ts';
import { readJson } from '../../json/read.ts';
import { findStringEnd } from '../../json/structure.ts';

/** Bytes that a snapshot may have: of a cluster with 2,000 roles and their bindings it has 5 MB. */
export const SNAPSHOT_LIMIT = 100_000_000;

/** Characters of YAML: a parser takes about a second for each million. */
export const YAML_LIMIT = 16_000_000;

/** What begins as JSON, and is none, may be YAML of that length: more would take long for a file that is only cut off. */
const FLOW_LIMIT = 100_000;

/** An object of RBAC has some hundred characters. */
const MOST_DOCUMENTS = 500_000;

/** Foreign kinds may nest deeper than any object of RBAC. */
const MAX_DEPTH = 128;

/**
 * The documents of a text: JSON, one document or several after each other, or YAML, with `---` between them.
 * @param text of at most {@link SNAPSHOT_LIMIT} bytes, which the caller sees to
 * @throws ExplainedError: where it is neither, or would cost too much to read
 */
export function parseDocuments(text: string): readonly unknown[] {
  if (text.trim() === '')
    throw new ExplainedError('it is empty: kubectl get … -o json prints what is wanted');
  return /^\s*[{[]/.test(text) ? parseJson(text) : parseYaml(text);
}

function parseJson(text: string): readonly unknown[] {
  const whole = readJson(text, MAX_DEPTH);
  if (whole.kind === 'read') return [takeOnce(whole.value, whole.duplicates)];
  if (/nests deeper/.test(whole.problem)) throw new ExplainedError(`${whole.problem}: is it the right file?`);
  const parts = splitJson(text).map((part) => readJson(part, MAX_DEPTH));
  const read = parts.flatMap((part) => (part.kind === 'read' ? [takeOnce(part.value, part.duplicates)] : []));
  if (read.length === parts.length && read.length > 0) return read;
  const bad = parts.findIndex(({ kind }) => kind === 'malformed') + 1;
  const problem = parts.length < 2 ? whole.problem : `document ${bad} of ${parts.length} is not JSON`;
  const cutOff = new ExplainedError(`${problem}: see that it is whole, or write it again`);
  if (text.length > FLOW_LIMIT) throw cutOff;
  try {
    // YAML in JSON's clothes: flow style, or documents with `---` between them.
    return parseYaml(text);
  } catch (error) {
    throw /^\s*[{[]\s*["{[]/.test(text) ? cutOff : error;
  }
}

function takeOnce(value: unknown, [twice]: readonly string[]): unknown {
  if (twice === undefined) return value;
  throw new ExplainedError(`the member ${twice} is there twice: leave one of them`);
}

/** Cut where an object ends and no other is open. */
function splitJson(text: string): readonly string[] {
  const parts: string[] = [];
  let start = 0;
  let open = 0;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index];
    if (character === '"') index = findStringEnd(text, index + 1);
    else if (character === '{') open += 1;
    else if (character === '}' && --open === 0) {
      parts.push(text.slice(start, index + 1));
      start = index + 1;
      if (parts.length > MOST_DOCUMENTS)
        throw new ExplainedError(`it has more than ${MOST_DOCUMENTS} documents: is it the right file?`);
    }
  }
  const rest = text.slice(start);
  return rest.trim() === '' ? parts : [...parts, rest];
}

/** YAML 1.1, as kubectl reads it: but what looks like a time, or like sixties, is a text. */
const YAML_OPTIONS = {
  version: '1.1',
  prettyErrors: false,
  logLevel: 'silent',
  customTags: (tags: Tags): Tags =>
    tags.filter(
      (tag) => typeof tag === 'string' || (tag.format !== 'TIME' && !tag.tag.endsWith(':timestamp')),
    ),
} as const;

function parseYaml(text: string): readonly unknown[] {
  if (text.length > YAML_LIMIT) {
    throw new ExplainedError(
      `it is YAML of ${text.length} characters, and may have ${YAML_LIMIT}: use -o json`,
    );
  }
  const whole = text.replace(/^\uFEFF/, '');
  try {
    const values: unknown[] = [];
    // One after the other: the tree of a document takes many times its text.
    for (const document of new Composer(YAML_OPTIONS).compose(new Parser().parse(whole))) {
      const [error] = document.errors;
      if (error !== undefined) throw error;
      values.push(document.toJS());
    }
    return values;
  } catch (error) {
    throw new ExplainedError(describeYamlError(error, whole), { cause: error });
  }
}

function describeYamlError(error: unknown, text: string): string {
  if (/call stack/.test(String(error))) return 'it nests too deep: is it the right file?';
  if (error instanceof YAMLParseError) {
    const line = text.slice(0, error.pos[0]).split('\n').length;
    return error.code === 'DUPLICATE_KEY'
      ? `a member is there twice, at line ${line}: leave one of them`
      : `it is neither JSON nor YAML, at line ${line}: ${error.message}`;
  }
  if (error instanceof ReferenceError)
    return 'its aliases stand for too much: write them out, or use -o json';
  return `it is neither JSON nor YAML: ${describeError(error)}`;
}
