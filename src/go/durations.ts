const UNIT_NANOSECONDS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3, // U+00B5, the micro sign
  μs: 1e3, // U+03BC, the Greek letter: Go takes both
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};

/**
 * Reads a duration as Go's `time.ParseDuration` does: `300ms`, `1.5h`, `2h45m`, a sign, and a bare `0`.
 * @returns milliseconds (fractions kept), or undefined where Go returns an error
 */
export function parseGoDuration(text: string): number | undefined {
  const match = /^([+-]?)((?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:ns|us|µs|μs|ms|s|m|h))+$/.exec(text);
  if (match === null) return /^[+-]?0$/.test(text) ? 0 : undefined;
  let nanoseconds = 0;
  for (const [, number, unit] of text.matchAll(/([0-9.]+)(ns|us|µs|μs|ms|s|m|h)/g)) {
    nanoseconds += Number(number) * (UNIT_NANOSECONDS[unit ?? ''] ?? Number.NaN);
  }
  if (nanoseconds >= 2 ** 63) return undefined;
  return ((match[1] === '-' ? -1 : 1) * nanoseconds) / 1e6;
}

/** Writes milliseconds the way Go prints a duration in help texts: `0s`, `1m0s`, `1.5s`, `100ms`. */
export function renderGoDuration(milliseconds: number): string {
  if (milliseconds === 0) return '0s';
  if (milliseconds < 1000) return `${milliseconds}ms`;
  const hours = Math.floor(milliseconds / 3_600_000);
  const minutes = Math.floor((milliseconds % 3_600_000) / 60_000);
  const seconds = (milliseconds % 60_000) / 1000;
  if (hours > 0) return `${hours}h${minutes}m${seconds}s`;
  return minutes > 0 ? `${minutes}m${seconds}s` : `${seconds}s`;
}
