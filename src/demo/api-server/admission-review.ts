import { parseJson } from '../../json/parse.ts';
import { isRecord } from '../../json/record.ts';
import type { Manifest } from '../../local-cluster/manifests.ts';
import type { AddOperation } from '../../webhook/plan/patch.ts';

/** Who creates the pod, as the API server tells its webhooks. */
export interface Requester {
  readonly username: string;
  readonly groups: readonly string[];
}

export const JOB_CONTROLLER: Requester = {
  username: 'system:serviceaccount:kube-system:job-controller',
  groups: ['system:serviceaccounts', 'system:serviceaccounts:kube-system', 'system:authenticated'],
};

export const ADMINISTRATOR: Requester = {
  username: 'kubernetes-admin',
  groups: ['kubeadm:cluster-admins', 'system:authenticated'],
};

/** The question of kube-apiserver when somebody creates a pod (admission.k8s.io/v1). */
export function toReview(pod: Manifest, requester: Requester, uid: string): object {
  const kind = { group: '', version: 'v1', kind: 'Pod' };
  const resource = { group: '', version: 'v1', resource: 'pods' };
  const { name, namespace } = pod.metadata;
  return {
    kind: 'AdmissionReview',
    apiVersion: 'admission.k8s.io/v1',
    request: {
      uid,
      kind,
      resource,
      requestKind: kind,
      requestResource: resource,
      ...(name !== undefined && { name }),
      namespace,
      operation: 'CREATE',
      userInfo: requester,
      object: pod,
      oldObject: null,
      dryRun: false,
      options: { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1' },
    },
  };
}

/** What a webhook says, or why kube-apiserver would not take it for an answer. */
export type WebhookAnswer =
  | {
      readonly kind: 'answer';
      readonly allowed: boolean;
      readonly reason: string;
      readonly warnings: readonly string[];
      readonly patch: readonly AddOperation[];
    }
  | { readonly kind: 'invalid'; readonly problem: string };

/** Reads an AdmissionReview as strictly as kube-apiserver does: type, uid, and a patch only with its type. */
export function readAnswer(text: string, uid: string): WebhookAnswer {
  const review = parseObject(text);
  if (review?.['apiVersion'] !== 'admission.k8s.io/v1' || review['kind'] !== 'AdmissionReview') {
    return { kind: 'invalid', problem: 'the webhook did not answer with an AdmissionReview' };
  }
  const { response } = review;
  if (!isRecord(response) || response['uid'] !== uid) {
    return { kind: 'invalid', problem: 'the answer is to another question: its uid differs' };
  }
  const patch = readPatch(response);
  if (patch === undefined) {
    return { kind: 'invalid', problem: 'the patch is not a JSON Patch in base64 of patchType JSONPatch' };
  }
  const notes = isRecord(response['auditAnnotations']) ? response['auditAnnotations'] : {};
  const { warnings } = response;
  return {
    kind: 'answer',
    allowed: response['allowed'] === true,
    reason: String(notes['reason'] ?? ''),
    warnings: Array.isArray(warnings) ? warnings.map(String) : [],
    patch,
  };
}

/** undefined: there is one, and it is not valid. */
function readPatch({ patch, patchType }: Readonly<Record<string, unknown>>): AddOperation[] | undefined {
  if (patch === undefined && patchType === undefined) return [];
  if (typeof patch !== 'string' || patchType !== 'JSONPatch') return undefined;
  const operations = parseJson(Buffer.from(patch, 'base64').toString());
  return Array.isArray(operations) && operations.every(isAddition) ? operations : undefined;
}

/** The webhook only ever adds, so anything else is as wrong here as a broken patch. */
function isAddition(value: unknown): value is AddOperation {
  return isRecord(value) && value['op'] === 'add' && typeof value['path'] === 'string' && 'value' in value;
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  const value = parseJson(text);
  return isRecord(value) ? value : undefined;
}
