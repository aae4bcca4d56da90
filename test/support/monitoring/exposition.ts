/** What a scrape has: by the names of its series, their labels with the values that were seen. */
export type Exposition = ReadonlyMap<string, ReadonlyMap<string, ReadonlySet<string>>>;

/** Reads scrapes in the text format of Prometheus. */
export function readExpositions(texts: readonly string[]): Exposition {
  const series = new Map<string, Map<string, Set<string>>>();
  for (const line of texts.flatMap((text) => text.split('\n'))) {
    const [, name, labels = ''] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? \S+$/.exec(line) ?? [];
    if (name === undefined) continue;
    const found = series.get(name) ?? new Map<string, Set<string>>();
    series.set(name, found);
    for (const [, label = '', value = ''] of labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g))
      found.set(label, (found.get(label) ?? new Set()).add(value));
  }
  return series;
}
