import {
  bool,
  derived,
  integer,
  leaf,
  type Members,
  names,
  object,
  objects,
  type Schema,
  section,
  text,
} from '../node.ts';

/** A number of pods, or a share of them, as Kubernetes writes both. */
const PODS: Schema = {
  anyOf: [
    { type: 'null' },
    { type: 'integer', minimum: 0 },
    { type: 'string', pattern: '^(100|[0-9]{1,2})%$' },
  ],
};

const QUANTITY: Schema = {
  anyOf: [
    { type: 'number', exclusiveMinimum: 0 },
    { type: 'string', pattern: '^[0-9]+(\\.[0-9]+)?(m|k|M|G|T|Ki|Mi|Gi|Ti)?$' },
  ],
};

const AMOUNTS: Schema = {
  type: 'object',
  properties: { cpu: QUANTITY, memory: QUANTITY, 'ephemeral-storage': QUANTITY },
  additionalProperties: false,
};

/** How many pods there are, and how they come and go. */
export function replicaValues(): Members {
  return {
    replicaCount: integer(2, 'Pods; of no effect under autoscaling', [0, 100]),
    autoscaling: section('By processor time: what V8 holds of memory says nothing of the load', {
      enabled: bool(false, 'Have a HorizontalPodAutoscaler'),
      minReplicas: integer(2, 'Least number of pods', [1, 100]),
      maxReplicas: integer(5, 'Greatest number of pods', [1, 100]),
      targetCPUUtilizationPercentage: integer(
        80,
        'Share of the requested processor time, in percent',
        [1, 1000],
      ),
    }),
    strategy: object(
      {},
      'Update strategy; empty: one more pod at a time and none less, or with hostNetwork one less and none more',
    ),
    podDisruptionBudget: section('Rendered where there is more than one pod', {
      enabled: bool(true, 'Have a PodDisruptionBudget'),
      minAvailable: leaf(null, 'Number or share; null: maxUnavailable counts', PODS),
      maxUnavailable: leaf(null, 'Number or share; null, where minAvailable is, too: 1', PODS),
      unhealthyPodEvictionPolicy: leaf(
        'AlwaysAllow',
        'AlwaysAllow or IfHealthyBudget; from Kubernetes 1.27',
        {
          enum: ['AlwaysAllow', 'IfHealthyBudget'],
        },
      ),
    }),
  };
}

/** What a pod of any component is made of. */
export function podValues(): Members {
  return {
    annotations: names({}, 'Annotations of the workload'),
    podAnnotations: names({}, 'Annotations of the pods'),
    podLabels: names({}, 'Labels of the pods'),
    ...placementValues(),
    ...securityValues(),
    resources: section('The heap of V8 and the budgets of bodies and connections follow the memory limit', {
      requests: leaf({ cpu: '50m', memory: '64Mi' }, 'What is set aside', AMOUNTS),
      limits: leaf({ memory: '128Mi' }, 'Bounds. One for the processor time slows handshakes down', AMOUNTS),
    }),
    startupProbe: object(
      { httpGet: { path: '/livez', port: 'metrics' }, periodSeconds: 1, failureThreshold: 60 },
      'When the others begin',
    ),
    livenessProbe: object(
      {
        httpGet: { path: '/livez', port: 'metrics' },
        periodSeconds: 10,
        timeoutSeconds: 5,
        failureThreshold: 6,
      },
      'The process answers',
    ),
    readinessProbe: object(
      {
        httpGet: { path: '/readyz', port: 'metrics' },
        periodSeconds: 5,
        timeoutSeconds: 3,
        failureThreshold: 2,
      },
      'Certificate valid, sources delivered, not going away',
    ),
    terminationGracePeriodSeconds: integer(
      30,
      'More than preStopSeconds and config.shutdownDelay together',
      [1, 3600],
    ),
    preStopSeconds: integer(
      5,
      'Sleep before SIGTERM, so that endpoints are gone by then; from Kubernetes 1.30; 0: none',
      [0, 3600],
    ),
    ...extraValues(),
    serviceAccount: section('', {
      create: bool(true, 'Make it; false: it is there already'),
      name: text('', 'Its name; empty: that of the component, or `default` where create is false'),
      annotations: names({}, 'Its annotations'),
    }),
  };
}

function placementValues(): Members {
  return {
    priorityClassName: text(
      'system-cluster-critical',
      'Priority class; GKE wants a ResourceQuota for this one outside kube-system',
    ),
    nodeSelector: object({ 'kubernetes.io/os': 'linux' }, 'Labels of nodes'),
    affinity: object({}, 'Affinity'),
    tolerations: objects([], 'Tolerations'),
    topologySpreadConstraints: leaf(
      null,
      'Spread; null: over zones and nodes, where that can be had; []: none',
      { type: ['array', 'null'], items: { type: 'object' } },
    ),
    hostNetwork: bool(false, 'Use the network of the node'),
    dnsPolicy: text('', 'DNS policy; empty: ClusterFirst, with hostNetwork ClusterFirstWithHostNet'),
    hostUsers: leaf(null, 'false: a user namespace of its own; null: the default of the cluster', {
      type: ['boolean', 'null'],
    }),
  };
}

function securityValues(): Members {
  return {
    podSecurityContext: object(
      {
        runAsNonRoot: true,
        runAsUser: 65532,
        runAsGroup: 65532,
        fsGroup: 65532,
        seccompProfile: { type: 'RuntimeDefault' },
      },
      'Of the pod. On OpenShift set runAsUser, runAsGroup and fsGroup to null: any id works',
    ),
    securityContext: object(
      {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      },
      'Of the container',
    ),
  };
}

function extraValues(): Members {
  return {
    extraEnv: objects([], 'More variables of the container'),
    extraVolumes: objects([], 'More volumes'),
    extraVolumeMounts: objects([], 'More mounts of the container'),
  };
}

/** The Service of a component. */
export function serviceValues(): Members {
  return {
    type: leaf('ClusterIP', 'ClusterIP, NodePort or LoadBalancer', {
      enum: ['ClusterIP', 'NodePort', 'LoadBalancer'],
    }),
    annotations: names({}, 'Annotations'),
    labels: names({}, 'Labels'),
    clusterIP: text('', 'A fixed address; empty: the cluster chooses'),
    ipFamilyPolicy: leaf(
      '',
      'SingleStack, PreferDualStack or RequireDualStack; empty: the default of the cluster',
      {
        enum: ['', 'SingleStack', 'PreferDualStack', 'RequireDualStack'],
      },
    ),
    ipFamilies: leaf([], 'IPv4, IPv6, in this order', { type: 'array', items: { enum: ['IPv4', 'IPv6'] } }),
  };
}

/** The budgets of strangers, worked out of the memory limit. */
export function budgetValues(): Members {
  return {
    bodyBudget: derived('`--body-budget`, MiB; null: an eighth of the memory limit', [8, 1024]),
    connectionBudget: derived(
      '`--connection-budget`; null: 1000 for each 128 MiB of the memory limit',
      [16, 20000],
    ),
  };
}
