import { toAscii } from '../json/quote.ts';
import type { ReviewIdentity } from './review.ts';

/** What an answer says of an object that is let in. */
export interface Answer {
  /** Operations of RFC 6902; empty: the object stays as it is. */
  readonly patch: readonly object[];
  /** For the user, as kubectl prints them after `Warning: `. */
  readonly warnings: readonly string[];
  /** The audit annotation `reason`: plain words, from a closed list. */
  readonly reason: string;
}

/**
 * The `AdmissionReview` to send back, as JSON text in ASCII alone: one byte a character, so that the socket can take it
 * without encoding. The type fields and the uid are echoed as they came, which v1 demands and v1beta1 accepts; a patch
 * and its type stand together or not at all.
 */
export function renderAnswer(identity: ReviewIdentity, { patch, warnings, reason }: Answer): string {
  const apiVersion =
    identity.apiVersion === undefined ? '' : `"apiVersion":${renderText(identity.apiVersion)},`;
  const kind = identity.kind === undefined ? '' : `"kind":${renderText(identity.kind)},`;
  const changes = patch.length === 0 ? '' : `,"patch":"${encodePatch(patch)}","patchType":"JSONPatch"`;
  const told = warnings.length === 0 ? '' : `,"warnings":${toAscii(JSON.stringify(warnings))}`;
  const uid = renderText(identity.uid);
  return `{${apiVersion}${kind}"response":{"uid":${uid},"allowed":true${changes},"auditAnnotations":{"reason":"${reason}"}${told}}}`;
}

/** What uids and API versions consist of. */
const PLAIN = /^[\w./-]*$/;

function renderText(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : toAscii(JSON.stringify(text));
}

function encodePatch(patch: readonly object[]): string {
  return Buffer.from(JSON.stringify(patch)).toString('base64');
}
