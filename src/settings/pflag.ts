import { parseGoDuration, renderGoDuration } from '../go/durations.ts';
import { parseGoBool, parseGoIntLiteral } from '../go/strconv.ts';

/** A flag as spf13/pflag knows it. Durations are in ms; `strings` is its StringArray: each time adds one text. */
export type FlagSpec = CommonSpec &
  (PlainSpec | DurationSpec | { readonly type: 'duration'; readonly noEffect: string });

interface PlainSpec {
  readonly type: 'bool' | 'int' | 'string' | 'strings';
}

/** A duration that has an effect has bounds: a timer of Node's that is longer than 24 days fires at once. */
interface DurationSpec {
  readonly type: 'duration';
  /** least and most, ms */
  readonly range: readonly [least: number, most: number];
  /** 0 is allowed, too: it switches off what the flag is for. */
  readonly zeroIsOff?: true;
}

interface CommonSpec {
  readonly default: Value;
  readonly help: string;
  /** One letter, such as `v`. */
  readonly shorthand?: string;
  /** Why the flag, accepted for the sake of existing manifests, changes nothing. */
  readonly noEffect?: string;
}

export type FlagTable = Readonly<Record<string, FlagSpec>>;

type ValueOf<Spec extends FlagSpec> = Spec['type'] extends 'bool'
  ? boolean
  : Spec['type'] extends 'int' | 'duration'
    ? number
    : Spec['type'] extends 'strings'
      ? readonly string[]
      : string;

export type FlagValues<Table extends FlagTable> = { readonly [Name in keyof Table]: ValueOf<Table[Name]> };

export interface FlagReading<Table extends FlagTable> {
  readonly values: FlagValues<Table>;
  /** Names that stood on the command line. */
  readonly given: ReadonlySet<string>;
  readonly help: boolean;
  /** Words that are neither flags nor their values. */
  readonly rest: readonly string[];
  /** Everything that is wrong, not only the first. */
  readonly problems: readonly string[];
}

type Value = boolean | number | string | readonly string[];

/**
 * Reads a command line by the rules of Go's pflag: `--x=v` or `--x v`; a boolean never takes the next word; `-v5`,
 * `-v=5`, `-v 5`; `--` ends the flags; other words are for the caller to judge: the Go programs ignore them. A flag given
 * twice has its last value, one of type `strings` all of them, in place of its default.
 */
export function readFlags<Table extends FlagTable>(
  table: Table,
  words: readonly string[],
): FlagReading<Table> {
  const reader = new Reader(table, words);
  reader.readAll();
  const { values, given, help, rest, problems } = reader;
  // The reader has put a value of its flag's type under every name of the table.
  return { values: Object.fromEntries(values) as FlagValues<Table>, given, help, rest, problems };
}

class Reader {
  readonly values: Map<string, Value>;
  readonly given = new Set<string>();
  readonly problems: string[] = [];
  readonly rest: string[] = [];
  help = false;
  readonly #table: FlagTable;
  readonly #words: string[];

  constructor(table: FlagTable, words: readonly string[]) {
    this.#table = table;
    this.#words = [...words];
    this.values = new Map(Object.entries(table).map(([name, spec]) => [name, spec.default]));
  }

  readAll(): void {
    for (let word = this.#words.shift(); word !== undefined && word !== '--'; word = this.#words.shift()) {
      if (word.startsWith('--')) this.#readLong(word.slice(2));
      else if (word.startsWith('-') && word !== '-') this.#readShort(word.slice(1));
      else this.rest.push(word);
    }
    this.rest.push(...this.#words);
  }

  #readLong(text: string): void {
    const equals = text.indexOf('=');
    const name = equals === -1 ? text : text.slice(0, equals);
    const spec = this.#find(name);
    if (name === '' || name.startsWith('-')) this.problems.push(`bad flag syntax: --${text}`);
    else if (spec !== undefined) this.#take(name, spec, equals === -1 ? undefined : text.slice(equals + 1));
    else if (name === 'help') this.help = true;
    else this.problems.push(`unknown flag: --${name}`);
  }

  /** A cluster such as `-v5`: each letter is a flag, until one takes the rest as its value. */
  #readShort(cluster: string): void {
    const letter = cluster.slice(0, 1);
    const rest = cluster.slice(1);
    const [name, spec] = Object.entries(this.#table).find(([, { shorthand }]) => shorthand === letter) ?? [];
    if (name === undefined || spec === undefined) this.#refuseShort(letter, cluster);
    else if (rest.startsWith('=')) this.#take(name, spec, rest.slice(1));
    else if (spec.type !== 'bool') this.#take(name, spec, rest === '' ? undefined : rest);
    else {
      this.#take(name, spec, undefined);
      if (rest !== '') this.#readShort(rest);
    }
  }

  #refuseShort(letter: string, cluster: string): void {
    if (letter === 'h') this.help = true;
    else this.problems.push(`unknown shorthand flag: '${letter}' in -${cluster}`);
  }

  #append(name: string, text: string): readonly string[] {
    const before = this.given.has(name) ? this.values.get(name) : undefined;
    return [...(Array.isArray(before) ? before : []), text];
  }

  #find(name: string): FlagSpec | undefined {
    return Object.hasOwn(this.#table, name) ? this.#table[name] : undefined;
  }

  #take(name: string, spec: FlagSpec, attached: string | undefined): void {
    const text = attached ?? (spec.type === 'bool' ? 'true' : this.#words.shift());
    if (text === undefined) {
      this.problems.push(`flag needs an argument: --${name}`);
      return;
    }
    const value = parseValue(spec, text);
    const problem = value === undefined ? undefined : describeRange(spec, value);
    if (value === undefined)
      this.problems.push(`--${name}: ${JSON.stringify(text.slice(0, 80))} is not ${TYPE_NAMES[spec.type]}`);
    else if (problem !== undefined) this.problems.push(`--${name} is out of range: ${problem}`);
    else this.values.set(name, spec.type === 'strings' ? this.#append(name, text) : value);
    this.given.add(name);
  }
}

const TYPE_NAMES = {
  strings: 'a text',
  bool: 'a boolean (true or false)',
  int: 'a whole number',
  string: 'a text',
  duration: 'a duration such as 500ms, 10s or 1m30s',
} as const;

/** @returns undefined where the value is within its bounds, or has none */
function describeRange(spec: FlagSpec, value: Value): string | undefined {
  if (!('range' in spec) || typeof value !== 'number') return undefined;
  const { range, zeroIsOff } = spec;
  const [least, most] = range;
  if ((value >= least && value <= most) || (zeroIsOff && value === 0)) return undefined;
  const off = zeroIsOff ? ', or 0 to switch it off' : '';
  return `give ${renderGoDuration(least)} to ${renderGoDuration(most)}${off}`;
}

function parseValue({ type }: FlagSpec, text: string): Value | undefined {
  switch (type) {
    case 'bool':
      return parseGoBool(text);
    case 'duration':
      return parseGoDuration(text);
    case 'string':
    case 'strings':
      return text;
    case 'int': {
      const value = parseGoIntLiteral(text);
      return value === undefined ? undefined : Number(value);
    }
  }
}
