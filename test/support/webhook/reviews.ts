import { ROLE } from './accounts.ts';

export const UID = '0d5c7d6e-6a33-4f0e-8a1c-2f7f6b1f9e11';
export { ROLE };

/** A pod of one container, as JSON text; `shop/web` is the account that the tests' webhook knows. */
export function renderPod(serviceAccountName = 'web', more: object = {}): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web-1', namespace: 'shop' },
    spec: { serviceAccountName, containers: [{ name: 'app', image: 'registry.invalid/app:1' }] },
    ...more,
  });
}

export interface ReviewOptions {
  readonly apiVersion?: string;
  readonly uid?: string;
  readonly namespace?: string;
  readonly operation?: string;
}

/** An AdmissionReview as kube-apiserver writes it, around an object that is JSON text already. */
export function renderReview(object = renderPod(), options: ReviewOptions = {}): string {
  const { apiVersion = 'admission.k8s.io/v1', uid = UID, namespace = 'shop', operation = 'CREATE' } = options;
  const request = JSON.stringify({
    uid,
    kind: { group: '', version: 'v1', kind: 'Pod' },
    resource: { group: '', version: 'v1', resource: 'pods' },
    namespace,
    operation,
    userInfo: { username: 'system:admin' },
  });
  return `{"kind":"AdmissionReview","apiVersion":${JSON.stringify(apiVersion)},"request":${request.slice(0, -1)},"object":${object}}}`;
}

/** The answer of a review, read without trust. */
export interface ReviewAnswer {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly response: {
    readonly uid: string;
    readonly allowed: boolean;
    readonly patch?: string;
    readonly patchType?: string;
    readonly auditAnnotations: { readonly reason: string };
    readonly warnings?: readonly string[];
  };
}

export function parseAnswer(text: string): ReviewAnswer {
  // Every member that is missing here fails the test that looks at it.
  return JSON.parse(text) as ReviewAnswer;
}

export interface Operation {
  readonly op: string;
  readonly path: string;
  readonly value: unknown;
}

/** The operations of an answer; none where there is no patch. */
export function readPatch(text: string): Operation[] {
  const { patch, patchType } = parseAnswer(text).response;
  if (patch === undefined && patchType === undefined) return [];
  if (patch === undefined || patchType !== 'JSONPatch')
    throw new Error(`a patch without its type, or the reverse: ${text}`);
  return JSON.parse(Buffer.from(patch, 'base64').toString()) as Operation[];
}
