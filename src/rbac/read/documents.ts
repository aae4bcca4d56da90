import { ExplainedError } from '../../base/errors.ts';
import { readJson } from '../../json/read.ts';
import { findStringEnd } from '../../json/structure.ts';

/** Bytes that a snapshot may have: of a cluster with 2,000 roles and their bindings it has 5 MB. */
export const SNAPSHOT_LIMIT = 100_000_000;

/** What begins as JSON, and is none, may be YAML of that length: more would take long for a file that is only cut off. */
const FLOW_LIMIT = 100_000;

/** An object of RBAC has some hundred characters. */
const MOST_DOCUMENTS = 500_000;

/** Foreign kinds may nest deeper than any object of RBAC. */
const MAX_DEPTH = 128;

/**
 * The documents of a text: JSON, one document or several after each other, or YAML, with `---` between them.
 * @param text of at most {@link SNAPSHOT_LIMIT} bytes, which the caller sees to
 * @throws ExplainedError where it is neither, or would cost too much to read
 */
export async function parseDocuments(text: string): Promise<readonly unknown[]> {
  if (text.trim() === '')
    throw new ExplainedError('it is empty: kubectl get … -o json prints what is wanted');
  return /^\s*[{[]/.test(text) ? await parseJson(text) : await parseYaml(text);
}

/** Loaded where it is asked for: it is a third of what a question would load whose snapshot is JSON. */
async function parseYaml(text: string): Promise<readonly unknown[]> {
  const { parseYamlDocuments } = await import('./yaml-documents.ts');
  return parseYamlDocuments(text);
}

async function parseJson(text: string): Promise<readonly unknown[]> {
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
    return await parseYaml(text);
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
