import { parseFirstCsvRecord } from '../../../go/csv.ts';
import { describeKind, describePlace, type SourceNode } from '../../../mapping/source-node.ts';
import { type FlagReading, type FlagSpec, type FlagTable, readFlags } from '../../../settings/pflag.ts';
import { toBoolean, toInteger, toText, toTexts } from './casts.ts';
import type { Config } from './config.ts';
import { toConfigKey } from './keys.ts';

/** What stands below the command line, first to last. */
export interface Layers {
  /** Variables by the name of the flag that they stand for; an empty one says nothing. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly config: Config;
}

export interface LayeredReading<Table extends FlagTable> extends FlagReading<Table> {
  /** Values of the configuration that became others, as the Go program makes them; a sentence each. */
  readonly conversions: readonly string[];
}

/** Flags before variables, these before the configuration, and defaults last, as the Go program's viper has it. */
export function readLayers<Table extends FlagTable>(
  table: Table,
  line: FlagReading<Table>,
  layers: Layers,
): LayeredReading<Table> {
  const below = readBelow(table, line.given, layers);
  const scalars = readFlags(table, below.words);
  const values = Object.keys(table).map((flag) => {
    if (line.given.has(flag)) return [flag, splitList(line.values[flag])];
    return [flag, below.lists.get(flag) ?? scalars.values[flag]];
  });
  return {
    ...line,
    // Each is of a reading of the same table, or a list where the table has one.
    values: Object.fromEntries(values) as FlagReading<Table>['values'],
    given: new Set([...line.given, ...scalars.given, ...below.lists.keys()]),
    problems: [...line.problems, ...scalars.problems.map(toKeyProblem)],
    conversions: below.conversions,
  };
}

/** pflag's StringSlice: each time that the flag is given, its value is a record of CSV. */
function splitList<Value>(value: Value): Value | readonly string[] {
  if (!Array.isArray(value)) return value;
  const texts: readonly string[] = value;
  return texts.flatMap((text) => parseFirstCsvRecord(text) ?? [text]);
}

interface Below {
  /** As they would stand on a command line. */
  readonly words: string[];
  readonly lists: Map<string, readonly string[]>;
  readonly conversions: string[];
}

function readBelow(table: FlagTable, given: ReadonlySet<string>, { variables, config }: Layers): Below {
  const below: Below = { words: [], lists: new Map(), conversions: [] };
  for (const [flag, spec] of Object.entries(table)) {
    const key = toConfigKey(flag);
    if (given.has(flag) || key === undefined) continue;
    const variable = variables[flag];
    const node = config.find(key);
    if (variable) below.words.push(`--${flag}=${variable}`);
    else if (node !== undefined) addValue(below, { flag, spec, key, node });
  }
  return below;
}

interface Found {
  readonly flag: string;
  readonly spec: FlagSpec;
  readonly key: string;
  readonly node: SourceNode;
}

function addValue({ words, lists, conversions }: Below, { flag, spec, key, node }: Found): void {
  const { type } = spec;
  const value = type === 'strings' ? toTexts(node) : CONVERSIONS[type](node);
  if (value === undefined) {
    const what = `${key}${describePlace(node.place())} is ${describeKind(node)}`;
    conversions.push(`${what}, of which no ${KINDS[type]} can be made: it counts as ${ZEROS[type]}`);
  }
  if (type === 'strings') lists.set(flag, Array.isArray(value) ? value : []);
  else words.push(`--${flag}=${value ?? ZERO_WORDS[type]}`);
}

const CONVERSIONS = { bool: toBoolean, int: toInteger, string: toText, duration: toText } as const;

const KINDS = {
  bool: 'true or false',
  int: 'whole number',
  string: 'text',
  strings: 'list of texts',
  duration: 'duration',
} as const;

const ZERO_WORDS = { bool: 'false', int: '0', string: '', duration: '0s' } as const;
const ZEROS = { ...ZERO_WORDS, string: 'empty', strings: 'an empty list' } as const;

/** A flag's own checks name the flag. */
function toKeyProblem(problem: string): string {
  return problem.replace(/^--([\w-]+)/, (typed, flag: string) => toConfigKey(flag) ?? typed);
}
