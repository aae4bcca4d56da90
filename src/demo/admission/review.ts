import type { Manifest } from '../../local-cluster/manifests.ts';

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
