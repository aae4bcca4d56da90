import { compile, parseDuration } from './evaluation/evaluate.ts';
import { SCRAPE } from './evaluation/functions.ts';
import { type Labels, type Series, toKey } from './evaluation/samples.ts';
import type { Alert } from './files.ts';

/** Seconds since epoch at the minute 0 of what is made up. */
export const START = 1_800_000_000;

/** A series by minutes from the start on, which may be negative. */
export function series(
  metric: string,
  labels: Labels,
  at: (minute: number) => number | undefined,
): readonly Series[] {
  return [{ metric, labels, at: (seconds) => at((seconds - START) / 60) }];
}

/** Those of the first, but where the second has the same series. */
export function replace(all: readonly Series[], by: readonly Series[]): readonly Series[] {
  const key = ({ metric, labels }: Series): string => metric + toKey(labels);
  const replaced = new Set(by.map(key));
  return [...all.filter((each) => !replaced.has(key(each))), ...by];
}

/**
 * Evaluates a rule at every scrape, as Prometheus does.
 * @returns the minute at which it first fires; undefined: not within those
 */
export function findFiring(alert: Alert, all: readonly Series[], minutes: number): number | undefined {
  const patience = alert.for === undefined ? 0 : parseDuration(alert.for);
  const evaluate = compile(alert.expr);
  let since = new Map<string, number>();
  for (let now = START; now <= START + minutes * 60; now += SCRAPE) {
    const value = evaluate(all, now);
    if (typeof value === 'number') throw new Error(`${alert.alert} is a number, which would always fire`);
    const before = since;
    since = new Map(value.map(({ labels }) => [toKey(labels), before.get(toKey(labels)) ?? now]));
    if ([...since.values()].some((begin) => now - begin >= patience)) return (now - START) / 60;
  }
  return undefined;
}
