import { isAscii } from 'node:buffer';
import { API_VERSIONS, type ApiVersion, type Review } from './token-review.ts';

/** What stands before the token, by release of kube-apiserver and by the version that it asks in. */
const HEADS: ReadonlyMap<string, ApiVersion> = new Map(
  API_VERSIONS.flatMap((version) =>
    ['{}', '{"creationTimestamp":null}'].map(
      (metadata) =>
        [
          `{"kind":"TokenReview","apiVersion":"${version}","metadata":${metadata},"spec":{"token":`,
          version,
        ] as const,
    ),
  ),
);
const TOKEN = '"token":';
const AUDIENCES = ',"audiences":';
/** Also without the line break that Go's encoder ends with. */
const TAIL = /\},"status":\{"user":\{\}\}\}\n?$/;
const LIST = /^\["[^"]*"(?:,"[^"]*")*\]$/;

/**
 * Reads a TokenReview that is to the letter as kube-apiserver writes it, as nearly all are: no string in it has an escape,
 * and no member is there twice or in another case, or the text would be another one. Half the time that this program spent
 * on junk went into reading it as just any JSON.
 * @returns what `readTokenReview` makes of it; undefined for every other text, whatever is in it
 */
export function readUsualReview(body: Buffer): Review | undefined {
  if (!isAscii(body)) return undefined;
  const text = body.toString('latin1');
  const start = text.indexOf(TOKEN) + TOKEN.length;
  const apiVersion = HEADS.get(text.slice(0, start));
  const end = text.indexOf('"', start + 1) + 1;
  const tail = text.slice(end).search(TAIL);
  if (apiVersion === undefined || tail === -1 || text.includes('\\')) return undefined;
  return readParts(apiVersion, text.slice(start, end), text.slice(end, end + tail));
}

/** Parsed, each is a text of its own: a slice would keep the whole body. */
function readParts(apiVersion: ApiVersion, token: string, rest: string): Review | undefined {
  const list = rest.startsWith(AUDIENCES) ? rest.slice(AUDIENCES.length) : '[]';
  if (rest !== '' && !LIST.test(list)) return undefined;
  try {
    return {
      kind: 'review',
      apiVersion,
      token: JSON.parse(token) as string,
      audiences: JSON.parse(list) as string[],
    };
  } catch {
    // A control character, which JSON does not allow in a string.
    return undefined;
  }
}
