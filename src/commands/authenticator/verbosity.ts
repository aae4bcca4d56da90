import type { Problems } from '../../settings/checks.ts';

/**
 * Levels of logrus, as `Log` has verbosity. Decisions are always logged: whoever wants less of it reads less.
 */
const LEVELS: Readonly<Record<string, number>> = {
  panic: 0,
  fatal: 0,
  error: 0,
  warn: 0,
  warning: 0,
  info: 0,
  debug: 4,
  trace: 4,
};

export function readVerbosity(level: string, problems: Problems): number {
  const verbosity = Object.hasOwn(LEVELS, level.toLowerCase()) ? LEVELS[level.toLowerCase()] : undefined;
  if (verbosity === undefined)
    problems.push(`--log-verbosity is none: give one of ${Object.keys(LEVELS).join(', ')}`);
  return verbosity ?? 0;
}
