import { Composer, Parser, type Tags, YAMLParseError } from 'yaml';
import { describeError, ExplainedError } from '../../base/errors.ts';

/** Characters of YAML: a parser takes about a second for each million. */
const YAML_LIMIT = 16_000_000;

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

/**
 * The documents of a text in YAML.
 * @throws ExplainedError where it is none, or would cost too much to read
 */
export function parseYamlDocuments(text: string): readonly unknown[] {
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
