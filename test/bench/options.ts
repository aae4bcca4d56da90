import { parseArgs } from 'node:util';

/** How much is measured. */
export interface Amounts {
  readonly rounds: number;
  /** Of one burst. */
  readonly seconds: number;
}

export interface Choices<Section extends string, Usual extends Amounts> {
  readonly sections: readonly Section[];
  readonly thorough: Usual;
  /** For `--quick`. */
  readonly quick: Usual;
  /** Options that one bench has for itself, each with a value. */
  readonly others?: readonly string[];
}

export type CommonOptions<Section extends string, Usual extends Amounts> = Usual & {
  readonly sections: ReadonlySet<Section>;
  /** Where to write the figures; undefined: in the system's temporary folder. */
  readonly out: string | undefined;
  /** By the names of {@link Choices.others}. */
  readonly others: Readonly<Record<string, string | undefined>>;
};

/** What every bench can be told. @throws Error that says what is wrong with the words */
export function readCommonOptions<Section extends string, Usual extends Amounts>(
  words: readonly string[],
  { sections, thorough, quick, others = [] }: Choices<Section, Usual>,
): CommonOptions<Section, Usual> {
  const { values } = parseArgs({
    args: [...words],
    options: {
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      only: { type: 'string', default: sections.join(',') },
      quick: { type: 'boolean', default: false },
      out: { type: 'string' },
      ...Object.fromEntries(others.map((name) => [name, { type: 'string' as const }])),
    },
  });
  const usual = values.quick ? quick : thorough;
  return {
    ...usual,
    sections: new Set(values.only.split(',').map((name) => toSection(name, sections))),
    rounds: Math.ceil(readNumber('rounds', values.rounds, usual.rounds)),
    seconds: readNumber('seconds', values.seconds, usual.seconds),
    out: values.out,
    others: Object.fromEntries(
      others.map((name) => [name, values[name as keyof typeof values] as string | undefined]),
    ),
  };
}

function toSection<Section extends string>(name: string, sections: readonly Section[]): Section {
  const section = sections.find((known) => known === name);
  if (section === undefined) throw new Error(`--only ${name}: give some of ${sections.join(',')}`);
  return section;
}

function readNumber(name: string, text: string | undefined, usual: number): number {
  if (text === undefined) return usual;
  const value = Number(text);
  if (!(value > 0 && value <= 100)) throw new Error(`--${name} ${text}: give a number above 0, to 100`);
  return value;
}
