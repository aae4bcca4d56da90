/** Collects what a program writes, up to a bound: the beginning is kept, and the rest is counted. */
export interface Output {
  push(chunk: Buffer): void;
  /** UTF-8; says so where something is missing. */
  text(): string;
}

const MAX_BYTES = 256 * 1024;

export function createOutput(maxBytes: number = MAX_BYTES): Output {
  const chunks: Buffer[] = [];
  let kept = 0;
  let dropped = 0;
  return {
    push(chunk) {
      const part = chunk.subarray(0, maxBytes - kept);
      if (part.length > 0) chunks.push(part);
      kept += part.length;
      dropped += chunk.length - part.length;
    },
    text() {
      const text = Buffer.concat(chunks).toString('utf8');
      return dropped === 0 ? text : `${text}\n[${dropped} bytes more]\n`;
    },
  };
}
