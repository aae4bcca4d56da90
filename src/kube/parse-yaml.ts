import { parse } from 'yaml';

/** A file of its own, so that nobody loads the parser who does not need it. */
export function parseYaml(text: string): unknown {
  return parse(text);
}
