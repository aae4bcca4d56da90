const NEWLINE = 0x0a;
const SMALL_HOLD = 64 * 1024;

/** Cuts a byte stream into lines, so that a character split between two chunks stays whole. */
export interface LineSplitter {
  /** The lines that end in this chunk, without blank ones; an oversized one ends them. */
  push(chunk: Buffer): string[];
  /** Whether a line went past the limit: from there on the stream is of no use. */
  oversized(): boolean;
  /** Whether a line has begun and not ended. */
  unfinished(): boolean;
}

/** @param maxBytes of one line */
export function createLineSplitter(maxBytes: number): LineSplitter {
  // The beginning of a line, in a buffer that doubles: each byte is copied a bounded number of times, and a
  // server that sends single bytes costs no object for each.
  let held = Buffer.allocUnsafe(0);
  let heldBytes = 0;
  let tooLong = false;

  function hold(part: Buffer): void {
    const size = heldBytes + part.length;
    tooLong ||= size > maxBytes;
    if (tooLong || part.length === 0) return;
    if (size > held.length) {
      const larger = Buffer.allocUnsafe(Math.max(size, held.length * 2, 1024));
      held.copy(larger, 0, 0, heldBytes);
      held = larger;
    }
    part.copy(held, heldBytes);
    heldBytes = size;
  }

  /** undefined where the line is too long */
  function take(part: Buffer): string | undefined {
    if (heldBytes === 0 && part.length <= maxBytes) return part.toString('utf8');
    hold(part);
    if (tooLong) return undefined;
    const line = held.toString('utf8', 0, heldBytes);
    heldBytes = 0;
    if (held.length > SMALL_HOLD) held = Buffer.allocUnsafe(0);
    return line;
  }

  return {
    push(chunk) {
      const lines: string[] = [];
      let start = 0;
      for (let end = chunk.indexOf(NEWLINE); end !== -1 && !tooLong; end = chunk.indexOf(NEWLINE, start)) {
        const line = take(chunk.subarray(start, end));
        if (line !== undefined && line.trim() !== '') lines.push(line);
        start = end + 1;
      }
      hold(chunk.subarray(start));
      return lines;
    },
    oversized: () => tooLong,
    unfinished: () => heldBytes > 0,
  };
}
