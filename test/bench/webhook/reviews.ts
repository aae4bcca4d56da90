import { type BenchAccount, toAccount } from './accounts.ts';

/** How many different reviews the load cycles through. Half of their accounts have a role. */
export const REVIEW_COUNT = 200;

/** An `AdmissionReview` as a kube-apiserver posts it when a ReplicaSet makes a pod: 4.3 KB, two containers, one init container. */
export function renderReview(index: number): string {
  return JSON.stringify(toReview(toAccount(index), toUid(index)));
}

/** The pod within {@link renderReview}. */
export function toPod(index: number): Pod {
  return toReview(toAccount(index), toUid(index)).request.object;
}

export type Pod = ReturnType<typeof toBenchPod>;

function toUid(index: number): string {
  return `0b6f3e51-88a4-4d0e-b1c2-${index.toString(16).padStart(12, '0')}`;
}

function toReview(account: BenchAccount, uid: string) {
  const pods = { group: '', version: 'v1', resource: 'pods' };
  const pod = { group: '', version: 'v1', kind: 'Pod' };
  return {
    kind: 'AdmissionReview',
    apiVersion: 'admission.k8s.io/v1',
    request: {
      uid,
      kind: pod,
      resource: pods,
      requestKind: pod,
      requestResource: pods,
      namespace: account.namespace,
      operation: 'CREATE',
      userInfo: {
        username: 'system:serviceaccount:kube-system:replicaset-controller',
        uid: '2d7c0e0f-3a0a-4f0e-8a53-5d1f6a1f9c11',
        groups: ['system:serviceaccounts', 'system:serviceaccounts:kube-system', 'system:authenticated'],
      },
      object: toBenchPod(account),
      oldObject: null,
      dryRun: false,
      options: { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1' },
    },
  };
}

function toBenchPod(account: BenchAccount) {
  const { name } = account;
  return {
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: toPodMetadata(account),
    spec: {
      volumes: [toTokenVolume(), { name: 'cache', emptyDir: {} }],
      initContainers: [
        {
          name: 'migrate',
          image: `registry.example/${name}:2.14.0`,
          command: ['/app/migrate', '--wait'],
          env: [{ name: 'DATABASE_HOST', value: 'db.internal' }],
          resources: {},
          volumeMounts: [TOKEN_MOUNT],
          ...IMAGE_DEFAULTS,
        },
      ],
      containers: [toMainContainer(name), toSidecar()],
      restartPolicy: 'Always',
      terminationGracePeriodSeconds: 30,
      dnsPolicy: 'ClusterFirst',
      serviceAccountName: name,
      serviceAccount: name,
      securityContext: {},
      schedulerName: 'default-scheduler',
      tolerations: ['not-ready', 'unreachable'].map((condition) => ({
        key: `node.kubernetes.io/${condition}`,
        operator: 'Exists',
        effect: 'NoExecute',
        tolerationSeconds: 300,
      })),
      priority: 0,
      enableServiceLinks: true,
      preemptionPolicy: 'PreemptLowerPriority',
    },
    status: {},
  };
}

const TOKEN_VOLUME_NAME = 'kube-api-access-x7k2p';

const TOKEN_MOUNT = {
  name: TOKEN_VOLUME_NAME,
  readOnly: true,
  mountPath: '/var/run/secrets/kubernetes.io/serviceaccount',
};

const IMAGE_DEFAULTS = {
  terminationMessagePath: '/dev/termination-log',
  terminationMessagePolicy: 'File',
  imagePullPolicy: 'IfNotPresent',
};

function toPodMetadata({ namespace, name }: BenchAccount) {
  return {
    generateName: `${name}-7d4b9c6f58-`,
    namespace,
    creationTimestamp: null,
    labels: { app: name, 'pod-template-hash': '7d4b9c6f58' },
    annotations: {
      'prometheus.io/scrape': 'true',
    },
    ownerReferences: [
      {
        apiVersion: 'apps/v1',
        kind: 'ReplicaSet',
        name: `${name}-7d4b9c6f58`,
        uid: 'c0b1a7de-15b4-4a3f-9a38-2f4c3f0f2a77',
        controller: true,
        blockOwnerDeletion: true,
      },
    ],
    managedFields: [
      {
        manager: 'kube-controller-manager',
        operation: 'Update',
        apiVersion: 'v1',
        time: '2026-03-02T08:15:10Z',
        fieldsType: 'FieldsV1',
        fieldsV1: {
          'f:metadata': {
            'f:generateName': {},
            'f:labels': { '.': {}, 'f:app': {}, 'f:pod-template-hash': {} },
          },
          'f:spec': {
            'f:containers': { 'k:{"name":"app"}': { '.': {}, 'f:image': {}, 'f:name': {} } },
            'f:restartPolicy': {},
          },
        },
      },
    ],
  };
}

/** As the ServiceAccount admission plugin adds it, before webhooks are called. */
function toTokenVolume() {
  const items = [{ key: 'ca.crt', path: 'ca.crt' }];
  const namespace = { path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } };
  return {
    name: TOKEN_VOLUME_NAME,
    projected: {
      sources: [
        { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
        { configMap: { name: 'kube-root-ca.crt', items } },
        { downwardAPI: { items: [namespace] } },
      ],
      defaultMode: 420,
    },
  };
}

function toMainContainer(name: string) {
  return {
    name: 'app',
    image: `registry.example/${name}:2.14.0`,
    ports: [{ name: 'http', containerPort: 8080, protocol: 'TCP' }],
    env: [
      { name: 'LOG_LEVEL', value: 'info' },
      { name: 'POD_NAME', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.name' } } },
    ],
    resources: { limits: { memory: '512Mi' }, requests: { cpu: '250m', memory: '512Mi' } },
    volumeMounts: [{ name: 'cache', mountPath: '/var/cache/app' }, TOKEN_MOUNT],
    readinessProbe: {
      httpGet: { path: '/ready', port: 'http', scheme: 'HTTP' },
      timeoutSeconds: 1,
      periodSeconds: 10,
      successThreshold: 1,
      failureThreshold: 3,
    },
    livenessProbe: {
      httpGet: { path: '/live', port: 'http', scheme: 'HTTP' },
      timeoutSeconds: 1,
      periodSeconds: 10,
      successThreshold: 1,
      failureThreshold: 3,
    },
    securityContext: { runAsNonRoot: true, readOnlyRootFilesystem: true },
    ...IMAGE_DEFAULTS,
  };
}

function toSidecar() {
  return {
    name: 'log-shipper',
    image: 'registry.example/log-shipper:0.9.3',
    args: ['--from', '/var/cache/app'],
    env: [{ name: 'BUFFER_SIZE', value: '4Mi' }],
    resources: { requests: { cpu: '20m', memory: '32Mi' } },
    volumeMounts: [{ name: 'cache', mountPath: '/var/cache/app' }, TOKEN_MOUNT],
    ...IMAGE_DEFAULTS,
  };
}
