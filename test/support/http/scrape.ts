import type { Registry } from 'prom-client';

/** The lines of a scrape, `series → value`, labels in the order of the alphabet. */
export async function scrape(registry: Registry): Promise<ReadonlyMap<string, number>> {
  return parseScrape(await registry.metrics());
}

export function parseScrape(text: string): ReadonlyMap<string, number> {
  const series = new Map<string, number>();
  for (const line of text.split('\n')) {
    const match = /^([a-z_]+)(?:\{(.*)\})? (\S+)$/.exec(line);
    if (match === null) continue;
    const [, name = '', labels = '', value] = match;
    series.set(labels === '' ? name : `${name}{${sortLabels(labels)}}`, Number(value));
  }
  return series;
}

function sortLabels(labels: string): string {
  return [...labels.matchAll(/[A-Za-z_]+="(?:[^"\\]|\\.)*"/g)]
    .map(([label]) => label)
    .sort()
    .join(',');
}
