import { parseAllDocuments } from 'yaml';
import { describeError, ExplainedError } from '../../base/errors.ts';
import { readJson } from '../../json/read.ts';
import { findStringEnd } from '../../json/structure.ts';

/** Bytes that a snapshot may have: of a cluster with 2,000 roles and their bindings it has 5 MB. */
export const SNAPSHOT_LIMIT = 100_000_000;

/** Characters of YAML: a parser takes about a second for each million. */
export const YAML_LIMIT = 16_000_000;

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
  return /^\s*[{[]/.test(text) ? (tryJson(text) ?? parseYaml(text)) : parseYaml(text);
}

/** Undefined where it is YAML in JSON's clothes: flow style, or documents with `---` between them. */
function tryJson(text: string): readonly unknown[] | undefined {
  const whole = readJson(text, MAX_DEPTH);
  if (whole.kind === 'read') return [takeOnce(whole.value, whole.duplicates)];
  if (/nests deeper/.test(whole.problem)) throw new ExplainedError(`${whole.problem}: is it the right file?`);
  const parts = splitJson(text).map((part) => readJson(part, MAX_DEPTH));
  const read = parts.flatMap((part) => (part.kind === 'read' ? [takeOnce(part.value, part.duplicates)] : []));
  if (read.length === parts.length && read.length > 0) return read;
  if (text.length > YAML_LIMIT) throw new ExplainedError(`${whole.problem}: write it again`);
  return undefined;
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
    }
  }
  const rest = text.slice(start);
  return rest.trim() === '' ? parts : [...parts, rest];
}

/** YAML 1.1, as kubectl reads it. */
function parseYaml(text: string): readonly unknown[] {
  if (text.length > YAML_LIMIT) {
    throw new ExplainedError(
      `it is YAML of ${text.length} characters, and may have ${YAML_LIMIT}: use -o json`,
    );
  }
  try {
    const options = { version: '1.1', prettyErrors: false, logLevel: 'silent' } as const;
    const documents = parseAllDocuments(text.replace(/^\uFEFF/, ''), options);
    return documents.map((document) => {
      const [error] = document.errors;
      if (error !== undefined) throw error;
      return document.toJS() as unknown;
    });
  } catch (error) {
    // Aliases that stand for too much, and nesting that overflows the parser's stack, end here as well.
    throw new ExplainedError(`it is neither JSON nor YAML: ${describeError(error)}`, { cause: error });
  }
}
