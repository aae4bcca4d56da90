/**
 * What an answer says, in the order of its elements. A list repeats its element, what is undefined is left out. JSON
 * answers of the Query API are the same tree.
 */
export interface Tree {
  readonly [element: string]: Leaf | Tree | readonly (Leaf | Tree)[] | undefined;
}

export type Leaf = string | number | boolean | Date;

/** @param root the outermost element, with its attributes: `ErrorResponse xmlns="…"` */
export function renderXml(root: string, tree: Tree): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${renderElement(root, tree)}\n`;
}

function renderElement(start: string, value: Leaf | Tree): string {
  const [name = ''] = start.split(' ', 1);
  const content = isTree(value) ? renderTree(value) : escapeXml(renderLeaf(value));
  return content === '' ? `<${start}/>` : `<${start}>${content}</${name}>`;
}

function renderTree(tree: Tree): string {
  return Object.entries(tree)
    .flatMap(([name, value]) => toList(value).map((item) => renderElement(name, item)))
    .join('');
}

function toList(value: Tree[string]): readonly (Leaf | Tree)[] {
  if (value === undefined) return [];
  return isList(value) ? value : [value];
}

function isList(value: NonNullable<Tree[string]>): value is readonly (Leaf | Tree)[] {
  return Array.isArray(value);
}

function isTree(value: Leaf | Tree): value is Tree {
  return typeof value === 'object' && !(value instanceof Date);
}

function renderLeaf(value: Leaf): string {
  // STS and EC2 write whole seconds without a fraction.
  return value instanceof Date ? value.toISOString().replace('.000Z', 'Z') : String(value);
}

/**
 * Control characters, which XML cannot carry, become references, as S3 writes them: a client that wants keys with such
 * characters asks for `encoding-type=url`.
 */
function escapeXml(text: string): string {
  return text.replace(
    /[&<>"]|\p{Cc}/gu,
    (sign) => NAMED.get(sign) ?? `&#x${sign.charCodeAt(0).toString(16)};`,
  );
}

const NAMED: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
]);

/** In the JSON form of the Query API, times are seconds since the epoch. */
export function renderJson(tree: Tree): string {
  return JSON.stringify(tree, function replace(this: Tree, name: string, value: unknown) {
    // `JSON.stringify` has already made a text of a Date by the time that it asks.
    const original = this[name];
    return original instanceof Date ? original.getTime() / 1_000 : value;
  });
}
