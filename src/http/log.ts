import { destination, type Logger, pino } from 'pino';

/** Structured log: JSON lines. Fields first, then a constant sentence. */
export interface Log {
  /** klog's `-v`: how much detail is wanted, 0 and up. */
  readonly verbosity: number;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

const STANDARD_ERROR = 2;

/** Bytes that wait for a disk that is full, before lines are left out. */
const MAX_UNWRITTEN = 1_048_576;

/**
 * A log on standard error. Lines are written at once: the last one before an exit is the one that matters. What cannot be
 * written, to a full disk or a terminal that has gone, fails nobody who logs.
 */
export function createLog(verbosity: number, fd = STANDARD_ERROR): Log {
  const lines = destination({ dest: fd, sync: true, maxLength: MAX_UNWRITTEN });
  lines.on('error', () => {});
  const logger: Logger = pino(
    {
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    lines,
  );
  return {
    verbosity,
    info: (fields, message) => logger.info(fields, message),
    warn: (fields, message) => logger.warn(fields, message),
    error: (fields, message) => logger.error(fields, message),
  };
}

/**
 * Lets `limit` lines of one kind through in each `interval` ms and counts the rest, so that a flood of bad requests
 * does not become a flood of log lines.
 */
export function limitLines(options: {
  readonly limit: number;
  readonly interval: number;
}): (now: number, write: (suppressed: number) => void) => void {
  let windowStart = Number.NEGATIVE_INFINITY;
  let written = 0;
  let suppressed = 0;
  return (now, write) => {
    // A clock that was set back begins a new window, too.
    if (now < windowStart || now >= windowStart + options.interval) {
      windowStart = now;
      written = 0;
    }
    if (written >= options.limit) {
      suppressed += 1;
      return;
    }
    written += 1;
    write(suppressed);
    suppressed = 0;
  };
}
