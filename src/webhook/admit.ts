import type { AdmissionRequest } from '../admission/review.ts';
import { checkAnnotationNames } from './annotations.ts';
import { type AccountFinding, decideIdentity, type IdentitySources } from './identity.ts';
import { createNotice, type Notice } from './notices.ts';
import { type AddOperation, toPatch } from './plan/patch.ts';
import { planPod } from './plan/pod.ts';
import { type Pod, parsePod } from './pod.ts';
import type { Reason } from './reasons.ts';
import type { WebhookSettings } from './settings.ts';

/** What becomes of a pod. It is always let in: refusing one is a policy that nobody has switched on. */
export interface Admission {
  readonly reason: Reason;
  /** Set where the pod has the identity now, whether by this patch or from an earlier round. */
  readonly method: 'web-identity' | 'container-credentials' | undefined;
  readonly patch: readonly AddOperation[];
  readonly notices: readonly Notice[];
}

/** The pod of a request and the account it runs as, or the reason why it needs no further look. */
export type Target =
  | { readonly kind: 'pod'; readonly pod: Pod; readonly namespace: string; readonly serviceAccount: string }
  | { readonly kind: 'none'; readonly reason: Reason; readonly problem?: string };

/**
 * Whether this request creates a pod that may get an identity. Patching an update or an ephemeral container would
 * change fields that are immutable by then; a mirror pod cannot mount ServiceAccount tokens. The namespace is the
 * request's: a pod's own metadata need not have one yet. The empty account name is looked up as it is, and misses.
 */
export function readTarget(request: AdmissionRequest): Target {
  if (request.operation !== 'CREATE') return { kind: 'none', reason: 'not-a-create' };
  if (request.subResource !== '') return { kind: 'none', reason: 'subresource' };
  if (request.kind !== 'Pod') return { kind: 'none', reason: 'not-a-pod' };
  const pod = parsePod(request.object);
  if (pod === undefined) {
    return { kind: 'none', reason: 'pod-malformed', problem: 'the object is not shaped like a Pod' };
  }
  if (pod.metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined) {
    return { kind: 'none', reason: 'mirror-pod' };
  }
  const { serviceAccountName } = pod.spec;
  const serviceAccount = typeof serviceAccountName === 'string' ? serviceAccountName : '';
  return { kind: 'pod', pod, namespace: request.namespace, serviceAccount };
}

/** What a pod's admission needs beside the pod. */
export interface AdmissionContext {
  readonly settings: WebhookSettings;
  readonly sources: IdentitySources;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/** The whole decision for one pod: pure, and the same for a dry run as for a real one. */
export function admitPod(
  { pod, namespace, serviceAccount }: Extract<Target, { kind: 'pod' }>,
  found: AccountFinding,
  { settings, sources, random }: AdmissionContext,
): Admission {
  const decision = decideIdentity(namespace, serviceAccount, found, sources);
  const ofPod = checkPodAnnotations(pod, settings.annotationPrefix);
  if (decision.kind === 'none') return leave(decision.reason, [...decision.notices, ...ofPod]);
  const planned = planPod(pod, decision.identity, settings, random);
  const notices = [...planned.notices, ...ofPod, ...decision.notices];
  if (planned.kind !== 'plan') return leave(planned.kind, notices);
  const patch = toPatch(planned.plan);
  const method = decision.identity.kind;
  return { reason: patch.length === 0 ? 'already-complete' : method, method, patch, notices };
}

/** An admission without a patch. */
export function leave(reason: Reason, notices: readonly Notice[]): Admission {
  return { reason, method: undefined, patch: [], notices };
}

/** An admission that could not be decided: the pod passes unchanged, and its user is told. */
export function leaveForFault(reason: Reason, problem: string): Admission {
  const fact = `iam-bridge left the pod unchanged (${problem})`;
  return leave(reason, [createNotice('left-out', fact, 'see the log of the webhook')]);
}

function checkPodAnnotations({ metadata }: Pod, prefix: string): Notice[] {
  const { annotations } = metadata;
  if (annotations === undefined || annotations === null) return [];
  return checkAnnotationNames(Object.keys(annotations), prefix, 'pod');
}
