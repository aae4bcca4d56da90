/** A part of a JSON Schema, draft 7: what both majors of Helm read. */
export type Schema = Readonly<Record<string, unknown>>;

/** One value of the chart. */
export interface Leaf {
  readonly kind: 'leaf';
  readonly help: string;
  /** What values.yaml says; undefined: it is not there, and only allowed. */
  readonly default: unknown;
  readonly schema: Schema;
  /** The flag of the program that it is handed to, as it is. */
  readonly flag?: FlagOfValue;
}

export interface FlagOfValue {
  readonly name: string;
  /** As the command line would say it; what is equal to it is left out there. */
  readonly default: string | readonly string[];
}

/** A map whose names are known: any other is refused, unless it is shared with other charts. */
export interface Section {
  readonly kind: 'section';
  readonly help: string;
  readonly members: Members;
  readonly isShared?: boolean;
}

export type Node = Leaf | Section;
export type Members = Readonly<Record<string, Node>>;

export function section(help: string, members: Members): Section {
  return { kind: 'section', help, members };
}

/** A section in which other charts have names of their own. */
export function sharedSection(help: string, members: Members): Section {
  return { ...section(help, members), isShared: true };
}

export function leaf(value: unknown, help: string, schema: Schema): Leaf {
  return { kind: 'leaf', default: value, help, schema };
}

/** A value that is allowed and has no place in values.yaml. */
export function allowed(help: string, schema: Schema): Leaf {
  return leaf(undefined, help, schema);
}

export const bool = (value: boolean, help: string): Leaf => leaf(value, help, { type: 'boolean' });

export const text = (value: string, help: string, more: Schema = {}): Leaf =>
  leaf(value, help, { type: 'string', ...more });

export const integer = (value: number, help: string, range: readonly [least: number, most: number]): Leaf =>
  leaf(value, help, { type: 'integer', minimum: range[0], maximum: range[1] });

/** A number that the chart works out where it is null. */
export const derived = (help: string, range: readonly [least: number, most: number]): Leaf =>
  leaf(null, help, { type: ['integer', 'null'], minimum: range[0], maximum: range[1] });

export const choice = (value: string, help: string, choices: readonly string[]): Leaf =>
  leaf(value, help, { enum: choices });

export const texts = (value: readonly string[], help: string, items: Schema = {}): Leaf =>
  leaf(value, help, { type: 'array', items: { type: 'string', ...items } });

/** Labels and annotations. */
export const names = (value: Readonly<Record<string, string>>, help: string): Leaf =>
  leaf(value, help, { type: 'object', additionalProperties: { type: 'string' } });

/** An object of Kubernetes, passed on as it is: the API server judges it. */
export const object = (value: Readonly<Record<string, unknown>>, help: string): Leaf =>
  leaf(value, help, { type: 'object' });

/** A list of such objects. */
export const objects = (value: readonly unknown[], help: string): Leaf =>
  leaf(value, help, { type: 'array', items: { type: 'object' } });

/** Each leaf of a tree with its path, in the order of the definition. */
export function* listLeaves(
  members: Members,
  path: readonly string[] = [],
): Generator<{ readonly path: readonly string[]; readonly leaf: Leaf }> {
  for (const [name, node] of Object.entries(members)) {
    if (node.kind === 'leaf') yield { path: [...path, name], leaf: node };
    else yield* listLeaves(node.members, [...path, name]);
  }
}
