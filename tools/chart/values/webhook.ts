import { WEBHOOK_FLAGS } from '../../../src/commands/webhook/flags.ts';
import { fromFlag } from '../from-flag.ts';
import {
  bool,
  choice,
  integer,
  leaf,
  type Members,
  names,
  object,
  objects,
  section,
  text,
  texts,
} from '../node.ts';
import { budgetValues } from './pod.ts';

const flag = (name: keyof typeof WEBHOOK_FLAGS, otherwise?: Parameters<typeof fromFlag>[2]) =>
  fromFlag(WEBHOOK_FLAGS, name, otherwise);

const PORT = { minimum: 1, maximum: 65_535 };

/** What the webhook is told on its command line. */
export const WEBHOOK_CONFIG: Members = {
  annotationPrefix: flag('annotation-prefix'),
  tokenAudience: flag('token-audience'),
  tokenMountPath: flag('token-mount-path'),
  tokenExpiration: flag('token-expiration', { schema: { minimum: 600, maximum: 86_400 } }),
  defaultAwsRegion: flag('aws-default-region'),
  stsRegionalEndpoint: flag('sts-regional-endpoint'),
  composeRoleArn: flag('compose-role-arn'),
  podIdentityWebhookMap: section(
    'Roles of accounts that have no annotation, in the ConfigMap pod-identity-webhook',
    {
      enabled: bool(false, 'Make the ConfigMap and read it (`--watch-config-map`)'),
      name: text('pod-identity-webhook', 'Of no effect: the program reads this name'),
      data: object(
        {},
        '`NAMESPACE/NAME` → `{RoleARN, Audience, UseRegionalSTS, TokenExpiration}`; `*` is any namespace',
      ),
    },
  ),
  containerCredentials: section('EKS Pod Identity, on any cluster where its agent runs', {
    identities: leaf([], 'Accounts that get container credentials; none: it is off', {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          namespace: { type: 'string', minLength: 1 },
          serviceAccount: { type: 'string', minLength: 1 },
        },
        required: ['namespace', 'serviceAccount'],
        additionalProperties: false,
      },
    }),
    audience: flag('container-credentials-audience'),
    tokenMountPath: flag('container-credentials-token-mount-path'),
    tokenVolumeName: flag('container-credentials-token-volume-name'),
    tokenPath: flag('container-credentials-token-path'),
    fullUri: flag('container-credentials-full-uri'),
  }),
  serviceAccountLiveRead: flag('service-account-live-read'),
  serviceAccountLookupGracePeriod: flag('service-account-lookup-grace-period', { default: '0s' }),
  shutdownDelay: flag('shutdown-delay'),
  staleAfter: flag('stale-after'),
  unreadyWhenDegraded: flag('unready-when-degraded'),
  bindAddress: flag('bind-address'),
  clientCa: section('Only callers with a certificate of these authorities are judged', {
    configMap: text('', 'ConfigMap with the authorities; empty: everybody is'),
    key: text('ca.crt', 'Its key', { minLength: 1 }),
    names: flag('client-name'),
  }),
  ...budgetValues(),
  logVerbosity: flag('v', { schema: { minimum: 0, maximum: 10 } }),
  ports: section('Ports of the container', {
    webhook: flag('port', { default: 8443, schema: PORT }),
    metrics: flag('metrics-port', { schema: PORT }),
  }),
  extraArgs: texts([], 'More flags', { pattern: '^-' }),
};

/** The MutatingWebhookConfiguration. */
export const MUTATING_WEBHOOK: Members = {
  annotations: names({}, 'Annotations'),
  failurePolicy: choice(
    'Ignore',
    'Fail is never for all: it is strictNamespaces ["*"], and pods of kube-system and of this namespace go on',
    ['Ignore', 'Fail'],
  ),
  strictNamespaces: texts(
    [],
    'Namespaces in which a pod is refused while no webhook answers; "*": all but kube-system, kube-node-lease and this one',
    // A name that no namespace can have would make none strict, in silence.
    { maxLength: 63, pattern: '^(\\*|[a-z0-9]([-a-z0-9]*[a-z0-9])?)$' },
  ),
  timeoutSeconds: integer(3, 'How long the API server waits', [1, 30]),
  reinvocationPolicy: choice(
    'IfNeeded',
    'IfNeeded: containers that other webhooks add later get a role, too',
    ['IfNeeded', 'Never'],
  ),
  namespaceSelector: object({}, 'Beside what the chart says: labels that namespaces must have'),
  objectSelector: section('Beside the label eks.amazonaws.com/skip-pod-identity-webhook', {
    matchExpressions: objects([], 'Expressions on the labels of pods'),
    matchLabels: names({}, 'Labels that pods must have'),
  }),
  matchConditions: objects([], 'More conditions in CEL; from Kubernetes 1.30'),
  url: text(
    '',
    'How the API server calls the webhook where it cannot by its Service, such as https://127.0.0.1:8443/mutate',
    {
      pattern: '^(https://.+)?$',
    },
  ),
};
