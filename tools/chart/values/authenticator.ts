import { AUTHENTICATOR_FLAGS } from '../../../src/commands/authenticator/flags.ts';
import { BACKEND_NAMES } from '../../../src/mapping/backend-names.ts';
import { fromFlag } from '../from-flag.ts';
import { bool, choice, derived, integer, leaf, type Members, objects, section, text } from '../node.ts';
import { budgetValues, podValues, replicaValues, serviceValues } from './pod.ts';

const flag = (name: keyof typeof AUTHENTICATOR_FLAGS, otherwise?: Parameters<typeof fromFlag>[2]) =>
  fromFlag(AUTHENTICATOR_FLAGS, name, otherwise);

const PORT = { minimum: 1, maximum: 65_535 };

const CONFIG: Members = {
  clusterId: flag('cluster-id', { help: 'The id that tokens are made for. It has to be given' }),
  backendMode: flag('backend-mode', {
    schema: { items: { enum: [...BACKEND_NAMES] }, minItems: 1, uniqueItems: true },
  }),
  mapRoles: objects([], 'Roles: `{rolearn, username, groups}`; backend MountedFile'),
  mapUsers: objects([], 'Users: `{userarn, username, groups}`; backend MountedFile'),
  mapAccounts: leaf([], 'Accounts whose users come in under their ARN, in quotes; backend MountedFile', {
    type: 'array',
    items: { type: 'string', pattern: '^[0-9]{12}$' },
  }),
  reservedPrefixConfig: objects([], '`{backendmode, usernamePrefixReserveList}`'),
  partition: flag('partition'),
  region: flag('region'),
  featureGates: flag('feature-gates'),
  scrubbedAccounts: flag('scrubbed-accounts', {
    schema: { items: { type: 'string', pattern: '^[0-9]{12}$' } },
  }),
  clusterCreatorArn: flag('cluster-creator-arn'),
  ec2DescribeInstancesQps: flag('ec2-describeInstances-qps', { schema: { minimum: 1 } }),
  ec2DescribeInstancesBurst: flag('ec2-describeInstances-burst', { schema: { minimum: 1 } }),
  ec2DescribeInstancesRoleArn: flag('ec2-describeInstances-role-arn'),
  sourceArn: flag('source-arn'),
  stsHosts: flag('sts-hosts'),
  maxTokenSize: flag('max-token-size', { schema: { minimum: 4096, maximum: 65_536 } }),
  tokenCache: flag('token-cache', { schema: {} }),
  maxStsCalls: flag('max-sts-calls', { schema: { minimum: 4, maximum: 1024 } }),
  audiences: flag('audiences'),
  compatStatusCodes: flag('compat-status-codes'),
  proxy: flag('proxy'),
  shutdownDelay: flag('shutdown-delay'),
  staleAfter: flag('stale-after'),
  unreadyWhenDegraded: flag('unready-when-degraded'),
  tlsMinVersion: flag('tls-min-version', {
    schema: { enum: ['', '1.2', '1.3', 'VersionTLS12', 'VersionTLS13'] },
  }),
  tlsCipherSuites: flag('tls-cipher-suites'),
  logVerbosity: flag('log-verbosity', { schema: { enum: ['trace', 'debug', 'info', 'warning', 'error'] } }),
  ...budgetValues(),
  bodyBudget: derived('`--body-budget`, MiB; null: what the program has on its own', [8, 1024]),
  ports: section('Ports; on the network of the node they are those of the node', {
    authenticate: flag('port', { schema: PORT }),
    health: flag('health-port', { schema: PORT }),
    metrics: flag('metrics-port', { schema: PORT }),
  }),
  healthAddress: flag('health-address'),
  extraArgs: leaf([], 'More flags', { type: 'array', items: { type: 'string', pattern: '^-' } }),
};

/** The authenticator: off, since API servers have to be told of it. */
export const AUTHENTICATOR: Members = {
  enabled: bool(false, 'Run it'),
  kind: choice(
    'DaemonSet',
    'DaemonSet: beside each API server, on its node; Deployment: behind a Service, for API servers that show a certificate',
    ['DaemonSet', 'Deployment'],
  ),
  config: section('Flags, and the mappings of its configuration', CONFIG),
  stateDir: text(
    '/var/aws-iam-authenticator',
    'Folder of the node for certificate and authority (DaemonSet)',
    {
      pattern: '^/.+',
    },
  ),
  kubeconfigDir: text(
    '/etc/kubernetes/aws-iam-authenticator',
    'Folder of the node for the kubeconfig that the API server reads (DaemonSet)',
    { pattern: '^/.+' },
  ),
  prepareFolders: bool(
    true,
    'Give both folders to the user of the pod, by an init container that may change owners (DaemonSet)',
  ),
  pregenerated: bool(false, 'The kubeconfig is there already, made by `iam-bridge init` (DaemonSet)'),
  stateSecret: text(
    '',
    'Secret with cert.pem, key.pem and ca.pem of `iam-bridge init --client-cert` (Deployment)',
  ),
  hostname: text('', 'Name or address in that certificate; empty: that of the Service (Deployment)'),
  clientCa: section('Who may call (Deployment)', {
    key: text('ca.pem', 'Key of stateSecret with the authorities of callers; empty is refused', {}),
    names: leaf(['kube-apiserver'], 'Common names of their certificates', {
      type: 'array',
      items: { type: 'string', minLength: 1 },
    }),
  }),
  ...replicaValues(),
  ...withControlPlane(podValues()),
  service: section('Of a Deployment', serviceValues()),
  maxUnavailable: integer(1, 'Pods of the DaemonSet that an update may take away at once', [1, 100]),
};

/** Where a DaemonSet runs beside the API servers. */
function withControlPlane(pod: Members): Members {
  return {
    ...pod,
    hostNetwork: leaf(null, 'Use the network of the node; null: a DaemonSet does', {
      type: ['boolean', 'null'],
    }),
    nodeSelector: leaf(
      { 'kubernetes.io/os': 'linux', 'node-role.kubernetes.io/control-plane': '' },
      'Labels of nodes. For a Deployment set the second to null',
      { type: 'object' },
    ),
    tolerations: objects(
      [
        { key: 'node-role.kubernetes.io/control-plane', operator: 'Exists', effect: 'NoSchedule' },
        { key: 'CriticalAddonsOnly', operator: 'Exists' },
      ],
      'Tolerations',
    ),
  };
}
