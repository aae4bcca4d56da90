/**
 * A part of the settings that the line at the start of the log does not show: it is long, or somebody may have put a password
 * into it.
 */
export interface Unprinted<T> {
  reveal(): T;
}

export function unprinted<T>(value: T): Unprinted<T> {
  return { reveal: () => value };
}
