import type { IncomingMessage } from 'node:http';

/**
 * The first header of a name. For one look at `headers` Node makes a record of all of them, which is dear on a hot path.
 * @param name in lower case
 */
export function findHeader(
  { rawHeaders }: Pick<IncomingMessage, 'rawHeaders'>,
  name: string,
): string | undefined {
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const each = rawHeaders[index] ?? '';
    if (each.length === name.length && each.toLowerCase() === name) return rawHeaders[index + 1];
  }
  return undefined;
}
