import { MAX_WARNINGS, type Notice } from '../webhook/notices.ts';
import type { AddOperation } from '../webhook/plan/patch.ts';
import type { Reason } from '../webhook/reasons.ts';
import type { ReviewIdentity } from './request.ts';

/** Everything an answer says. The pod is always allowed: refusing one is a policy that nobody has switched on. */
export interface Admission {
  readonly reason: Reason;
  /** Set where the pod has the identity now, whether by this patch or from an earlier round. */
  readonly method: 'web-identity' | 'container-credentials' | undefined;
  readonly patch: readonly AddOperation[];
  readonly notices: readonly Notice[];
}

/**
 * The `AdmissionReview` to send back, as JSON text in ASCII alone: one byte a character, so that the socket can take it
 * without encoding. The type fields and the uid are echoed as they came, which v1
 * demands and v1beta1 accepts; a patch and its type stand together or not at all.
 */
export function renderReview(identity: ReviewIdentity, { reason, patch, notices }: Admission): string {
  const apiVersion =
    identity.apiVersion === undefined ? '' : `"apiVersion":${renderText(identity.apiVersion)},`;
  const kind = identity.kind === undefined ? '' : `"kind":${renderText(identity.kind)},`;
  const changes = patch.length === 0 ? '' : `,"patch":"${encodePatch(patch)}","patchType":"JSONPatch"`;
  const warnings = notices.length === 0 ? '' : `,"warnings":${renderWarnings(notices)}`;
  const uid = renderText(identity.uid);
  return `{${apiVersion}${kind}"response":{"uid":${uid},"allowed":true${changes},"auditAnnotations":{"reason":"${reason}"}${warnings}}}`;
}

/** What uids and API versions consist of. */
const PLAIN = /^[\w./-]*$/;

/** A JSON string; what is not ASCII in it is escaped. */
function renderText(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`;
  const escapeUnit = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(text).replaceAll(/[^ -~]/g, escapeUnit);
}

function encodePatch(patch: readonly AddOperation[]): string {
  return Buffer.from(JSON.stringify(patch)).toString('base64');
}

function renderWarnings(notices: readonly Notice[]): string {
  return JSON.stringify([...new Set(notices.map(({ text }) => text))].slice(0, MAX_WARNINGS));
}
