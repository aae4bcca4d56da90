import type { Log } from '../../../http/log.ts';

/** A log that keeps the lines that the demo asks for, and the last thing that went wrong, instead of writing any. */
export interface MemoryLog<Line> extends Log {
  /** Oldest first. */
  lines(): readonly Line[];
  lastProblem(): string | undefined;
}

/** @param readLine makes a line of the fields of one; undefined where it is about something else */
export function createMemoryLog<Line>(readLine: (fields: object) => Line | undefined): MemoryLog<Line> {
  const lines: Line[] = [];
  let problem: string | undefined;
  const keepProblem = (fields: object, message: string): void => {
    problem = `${message} ${JSON.stringify(fields)}`;
  };
  return {
    // From this level on the webhook logs every decision.
    verbosity: 3,
    info(fields) {
      const line = readLine(fields);
      if (line !== undefined) lines.push(line);
    },
    warn: keepProblem,
    error: keepProblem,
    lines: () => lines,
    lastProblem: () => problem,
  };
}
