/** One block of a PEM text (RFC 7468, and RFC 1421 for those with headers). */
export interface PemBlock {
  readonly label: string;
  /** 1 for the first line of the text. */
  readonly line: number;
  /** `Proc-Type`, `DEK-Info` and the like: the lines before the empty one. */
  readonly headers: readonly string[];
  /** base64, without its line breaks */
  readonly body: string;
  /** False where its END line is missing, or names another label. */
  readonly complete: boolean;
}

/**
 * The blocks of a PEM text, in one pass over its lines whatever they hold: a text of nothing but BEGIN lines must not
 * cost more than any other. What stands between blocks is passed over, as OpenSSL and Go do.
 */
export function splitPem(text: string): PemBlock[] {
  const blocks: PemBlock[] = [];
  let open: OpenBlock | undefined;
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    const begins = readLabel(line, '-----BEGIN ');
    if (open !== undefined && begins === undefined && readLabel(line, '-----END ') === undefined) {
      open.lines.push(line);
      continue;
    }
    if (open !== undefined) blocks.push(close(open, readLabel(line, '-----END ') === open.label));
    open = begins === undefined ? undefined : { label: begins, line: index + 1, lines: [] };
  }
  if (open !== undefined) blocks.push(close(open, false));
  return blocks;
}

interface OpenBlock {
  readonly label: string;
  readonly line: number;
  readonly lines: string[];
}

const DASHES = '-----';

function readLabel(line: string, prefix: string): string | undefined {
  if (!line.startsWith(prefix) || !line.endsWith(DASHES) || line.length < prefix.length + DASHES.length) {
    return undefined;
  }
  return line.slice(prefix.length, -DASHES.length);
}

function close({ label, line, lines }: OpenBlock, complete: boolean): PemBlock {
  const headers = lines.filter((each) => each.includes(':'));
  // A folded header's second line has no colon, and stands before the empty line all the same.
  const start = headers.length === 0 ? 0 : lines.indexOf('') + 1;
  return { label, line, headers, body: lines.slice(start).join(''), complete };
}
