import type { Log } from '../../src/http/log.ts';

/** A log that keeps its lines as they would be written, level and message included. */
export interface RecordingLog extends Log {
  readonly lines: readonly LogLine[];
}

export interface LogLine {
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: object;
}

export function createRecordingLog(verbosity = 0): RecordingLog {
  const lines: LogLine[] = [];
  const write =
    (level: LogLine['level']) =>
    (fields: object, message: string): void =>
      void lines.push({ level, message, fields });
  return { verbosity, lines, info: write('info'), warn: write('warn'), error: write('error') };
}
