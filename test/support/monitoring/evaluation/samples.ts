export type Labels = Readonly<Record<string, string>>;

/** What a series is at one time. */
export interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

/** What one series is at any time; undefined: it is not there. Times in seconds. */
export interface Series {
  readonly metric: string;
  readonly labels: Labels;
  readonly at: (seconds: number) => number | undefined;
}

export type Value = number | readonly Sample[];

/** Labels as a key of a map. */
export function toKey(labels: Labels): string {
  return JSON.stringify(Object.entries(labels).toSorted());
}

export function pick(labels: Labels, names: readonly string[]): Labels {
  return Object.fromEntries(Object.entries(labels).filter(([name]) => names.includes(name)));
}
