import { toLine } from '../base/errors.ts';
import { parseJson } from '../json/parse.ts';
import { isRecord, type JsonRecord } from '../json/record.ts';
import { isNamed, type NamedObject, readResourceVersion, type TellFlaw } from './objects.ts';

export type WatchEvent =
  | { readonly kind: 'set'; readonly object: NamedObject }
  | { readonly kind: 'remove'; readonly object: NamedObject }
  /** Nothing to hand on, only a newer resourceVersion ('' where not even that). */
  | { readonly kind: 'bookmark'; readonly resourceVersion: string }
  /** The server ends the watch: `code` as in HTTP. */
  | { readonly kind: 'error'; readonly code: number; readonly message: string }
  | { readonly kind: 'garbage'; readonly detail: string };

/** Reads one line of a watch; never throws. */
export function parseWatchEvent(line: string, tell: TellFlaw): WatchEvent {
  const event = parseJson(line);
  if (!isRecord(event)) return { kind: 'garbage', detail: 'a line that is no JSON object' };
  const { type, object } = event;
  if (!isRecord(object)) return { kind: 'garbage', detail: 'an event without an object' };
  switch (type) {
    case 'ADDED':
    case 'MODIFIED':
      return toChange('set', object, tell);
    case 'DELETED':
      return toChange('remove', object, tell);
    case 'BOOKMARK':
      return { kind: 'bookmark', resourceVersion: readResourceVersion(object) };
    case 'ERROR':
      return toErrorEvent(object);
    default:
      return {
        kind: 'garbage',
        detail: `an event of the unknown type ${JSON.stringify(type)?.slice(0, 40)}`,
      };
  }
}

function toChange(kind: 'set' | 'remove', raw: JsonRecord, tell: TellFlaw): WatchEvent {
  // Without a name it was told and is passed over, so that it does not come again.
  return isNamed(raw, tell)
    ? { kind, object: raw }
    : { kind: 'bookmark', resourceVersion: readResourceVersion(raw) };
}

function toErrorEvent(status: JsonRecord): WatchEvent {
  const { code, message, reason } = status;
  return {
    kind: 'error',
    code: typeof code === 'number' ? code : 0,
    message:
      typeof message === 'string' && message !== '' ? toLine(message) : String(reason ?? 'without a message'),
  };
}
