const LONGEST_LINE = 300;

/**
 * One line for people. Node's error for a host with several addresses has no message of its own, only those
 * of its parts.
 */
export function describeError(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') {
    return toLine(error.errors.map(describeError).join(', '));
  }
  if (error instanceof Error) return toLine(error.message === '' ? error.name : error.message);
  return toLine(String(error));
}

export function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(describeError(error));
}

/** The system's or a library's code for an error, such as `ENOENT`; undefined where it has none. */
export function readErrorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** Whatever a text holds, as one line of at most 300 characters. */
export function toLine(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE - 1)}…` : line;
}
