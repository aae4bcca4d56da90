const LONGEST_LINE = 300;

/**
 * Says what was seen and what to do about it. The message is written here and ends with the remedy; what others said of the
 * cause was clipped as it was put in, by {@link describeError} or {@link toLine}. So it is never cut itself.
 */
export class ExplainedError extends Error {
  override readonly name: string = 'ExplainedError';
}

/** A file, flag or variable that the operator gave is wrong: exit code 2. */
export class ConfigurationError extends ExplainedError {
  override readonly name = 'ConfigurationError';
}

/**
 * One line for people: what others say is clipped, what is explained is not, since it ends with the remedy. Node's error for a host with several addresses has no message of its own, only those
 * of its parts.
 */
export function describeError(error: unknown): string {
  if (error instanceof ExplainedError) return toOneLine(error.message);
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
  const line = toOneLine(text);
  return line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE - 1)}…` : line;
}

function toOneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
