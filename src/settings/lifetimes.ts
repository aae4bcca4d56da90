import { parseGoDuration } from '../go/durations.ts';
import type { Problems } from './checks.ts';

const YEAR = 366 * 24 * 3_600_000;

/**
 * A duration such as `24h`, as Go writes them.
 * @param least ms
 * @returns ms; `least` where the text is no such duration, which `problems` says
 */
export function readLifetime(flag: string, text: string, least: number, problems: Problems): number {
  const duration = parseGoDuration(text);
  if (duration !== undefined && duration >= least && duration <= 10 * YEAR) return duration;
  const range = least === 0 ? 'of at most ten years' : `of ${least / 60_000} minutes to ten years`;
  problems.push(`--${flag} is no duration ${range}: give one such as 24h`);
  return least;
}
