import { describePlace, type SourceNode } from '../../../mapping/source-node.ts';

/** A configuration as the Go program's viper looks into it: names match ignoring case. */
export interface Config {
  /** The value of a key such as `server.port`; undefined where there is none, or it has none. */
  find(key: string): SourceNode | undefined;
  /** Every key that is there, in lower case and with its place, down to `depth` names; what is below counts as one. */
  readonly keys: readonly ConfigKey[];
}

export interface ConfigKey {
  /** As it is typed, such as `server.Port`. */
  readonly typed: string;
  /** Behind a blank and in brackets; empty where nobody knows. */
  readonly place: string;
}

export function createConfig(root: SourceNode): Config {
  return {
    find(key) {
      const found = findWithin(root, key.toLowerCase());
      return found?.kind === 'nothing' ? undefined : found;
    },
    keys: listKeys(root),
  };
}

/** A key may be typed in one, too: `server.port: 21362`. The longest name that is there decides, as in viper. */
function findWithin(node: SourceNode, key: string): SourceNode | undefined {
  if (node.kind !== 'map') return undefined;
  for (let end = key.length; end > 0; end = key.lastIndexOf('.', end - 1)) {
    const name = key.slice(0, end);
    const member = node.members.findLast(([typed]) => typed.toLowerCase() === name)?.[1];
    if (member === undefined) continue;
    if (end === key.length) return member;
    const found = findWithin(member, key.slice(end + 1));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The one key that has keys of its own, and is no value. */
const SECTION = 'server';

function listKeys(root: SourceNode): readonly ConfigKey[] {
  if (root.kind !== 'map') return [];
  return root.members.flatMap(([name, node]) =>
    name.toLowerCase() === SECTION && node.kind === 'map'
      ? node.members.map(([inner, value]) => toKey(`${name}.${inner}`, value))
      : [toKey(name, node)],
  );
}

function toKey(typed: string, node: SourceNode): ConfigKey {
  return { typed, place: describePlace(node.place()) };
}
