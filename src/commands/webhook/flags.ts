import { BUDGET_FLAGS } from '../../settings/budgets.ts';
import { CLUSTER_FLAGS } from '../../settings/cluster.ts';
import type { FlagTable } from '../../settings/pflag.ts';
import { SERVER_FLAGS } from '../server/flags.ts';
import { SAN_FLAG } from '../server/kept-settings.ts';

const STDERR_JSON = 'logs are JSON lines on standard error';

/** The logging flags of every klog program; only the level has a meaning here. */
const KLOG_FLAGS = {
  add_dir_header: { type: 'bool', default: false, help: 'klog', noEffect: STDERR_JSON },
  alsologtostderr: { type: 'bool', default: false, help: 'klog', noEffect: STDERR_JSON },
  alsologtostderrthreshold: { type: 'string', default: '', help: 'klog', noEffect: STDERR_JSON },
  legacy_stderr_threshold_behavior: { type: 'bool', default: true, help: 'klog', noEffect: STDERR_JSON },
  log_backtrace_at: { type: 'string', default: '', help: 'klog', noEffect: STDERR_JSON },
  log_dir: { type: 'string', default: '', help: 'klog', noEffect: STDERR_JSON },
  log_file: { type: 'string', default: '', help: 'klog', noEffect: STDERR_JSON },
  log_file_max_size: { type: 'int', default: 1800, help: 'klog', noEffect: STDERR_JSON },
  logtostderr: { type: 'bool', default: true, help: 'klog', noEffect: STDERR_JSON },
  one_output: { type: 'bool', default: false, help: 'klog', noEffect: STDERR_JSON },
  skip_headers: { type: 'bool', default: false, help: 'klog', noEffect: STDERR_JSON },
  skip_log_headers: { type: 'bool', default: false, help: 'klog', noEffect: STDERR_JSON },
  stderrthreshold: { type: 'string', default: '', help: 'klog', noEffect: STDERR_JSON },
  vmodule: { type: 'string', default: '', help: 'klog', noEffect: 'the level is one for the whole program' },
  v: {
    type: 'int',
    default: 0,
    shorthand: 'v',
    help: 'log level: 3 logs each decision, 4 ordinary watch traffic, too',
  },
} as const satisfies FlagTable;

/** Every flag of amazon-eks-pod-identity-webhook under its name and default, and ours at the end. */
export const WEBHOOK_FLAGS = {
  port: { type: 'int', default: 443, help: 'port for /mutate and /healthz (HTTPS)' },
  'metrics-port': {
    type: 'int',
    default: 9999,
    help: 'port for /metrics, /livez, /readyz and /healthz (HTTP)',
  },
  ...CLUSTER_FLAGS,
  'in-cluster': {
    type: 'bool',
    default: true,
    help: 'make the serving certificate, and keep it in a Secret of the cluster; false: it is in --tls-cert and --tls-key',
  },
  'tls-cert': {
    type: 'string',
    default: '/etc/webhook/certs/tls.crt',
    help: 'certificate chain file, PEM; re-read when it changes',
  },
  'tls-key': {
    type: 'string',
    default: '/etc/webhook/certs/tls.key',
    help: 'private key file, PEM; re-read when it changes',
  },
  'tls-cipher-suites': {
    type: 'string',
    default: '',
    help: "comma-separated cipher suites by Go's names, for TLS 1.2 and below",
  },
  'tls-min-version': {
    type: 'string',
    default: '',
    help: '1.0 to 1.3, or VersionTLS10 to VersionTLS13; empty: 1.2',
  },
  'service-name': {
    type: 'string',
    default: 'pod-identity-webhook',
    help: 'Service that the certificate of --in-cluster=true is for',
  },
  'tls-secret': {
    type: 'string',
    default: 'pod-identity-webhook',
    help: 'Secret with that certificate',
  },
  namespace: {
    type: 'string',
    default: 'eks',
    help: 'namespace of that Secret and Service, and of the ConfigMap that --watch-config-map reads',
  },
  'annotation-prefix': {
    type: 'string',
    default: 'eks.amazonaws.com',
    help: 'domain of the ServiceAccount and Pod annotations',
  },
  'token-audience': {
    type: 'string',
    default: 'sts.amazonaws.com',
    help: 'audience of the web identity token where the ServiceAccount does not say',
  },
  'token-mount-path': {
    type: 'string',
    default: '/var/run/secrets/eks.amazonaws.com/serviceaccount',
    help: 'where containers find the web identity token',
  },
  'token-expiration': { type: 'int', default: 86_400, help: 'lifetime of tokens in seconds, 600 to 86400' },
  'aws-default-region': {
    type: 'string',
    default: '',
    help: 'value of AWS_REGION and AWS_DEFAULT_REGION; empty: not injected',
  },
  'sts-regional-endpoint': {
    type: 'bool',
    default: false,
    help: 'inject AWS_STS_REGIONAL_ENDPOINTS=regional where the ServiceAccount does not say',
  },
  'watch-config-map': {
    type: 'bool',
    default: false,
    help: 'also read roles from the ConfigMap pod-identity-webhook',
  },
  'compose-role-arn': {
    type: 'bool',
    default: false,
    help: 'complete bare role names with the account and partition of this EC2 instance',
  },
  'watch-container-credentials-config': {
    type: 'string',
    default: '',
    help: 'file that lists the accounts of EKS Pod Identity',
  },
  'container-credentials-audience': {
    type: 'string',
    default: 'pods.eks.amazonaws.com',
    help: 'audience of the container credentials token',
  },
  'container-credentials-token-mount-path': {
    type: 'string',
    default: '/var/run/secrets/pods.eks.amazonaws.com/serviceaccount',
    help: 'where containers find the container credentials token',
  },
  'container-credentials-token-volume-name': {
    type: 'string',
    default: 'eks-pod-identity-token',
    help: 'name of the volume with that token',
  },
  'container-credentials-token-path': {
    type: 'string',
    default: 'eks-pod-identity-token',
    help: 'file name within that volume',
  },
  'container-credentials-full-uri': {
    type: 'string',
    default: 'http://169.254.170.23/v1/credentials',
    help: 'value of AWS_CONTAINER_CREDENTIALS_FULL_URI',
  },
  'service-account-lookup-grace-period': {
    type: 'duration',
    default: 0,
    range: [0, 3_600_000],
    help: 'how long a pod waits for its ServiceAccount to appear, beside the live read',
  },
  'resync-period': {
    type: 'duration',
    default: 60_000,
    help: 'informer resync',
    noEffect: 'the watch itself is checked for silence',
  },
  'enable-debugging-handlers': {
    type: 'bool',
    default: false,
    help: 'debug paths',
    noEffect: 'they show and change state without authentication',
  },
  version: { type: 'bool', default: false, help: 'print the version and exit' },
  'service-account-live-read': {
    type: 'bool',
    default: true,
    help: 'ask the API server once for a ServiceAccount that the watch has not brought yet',
  },
  'webhook-configuration': {
    type: 'strings',
    default: ['pod-identity-webhook'],
    help: 'MutatingWebhookConfiguration whose caBundle is kept with --in-cluster=true; may be repeated; empty: none',
  },
  ...SAN_FLAG,
  ...SERVER_FLAGS,
  'bind-address': { type: 'string', default: '', help: 'address that both ports listen on; empty: all' },
  'client-ca-file': {
    type: 'string',
    default: '',
    help: 'authorities, PEM, of the only callers that are judged, by --client-name; empty: all are; re-read when it changes',
  },
  'client-name': {
    type: 'strings',
    default: [],
    help: 'common name of a certificate that may call; may be repeated; needs --client-ca-file',
  },
  ...BUDGET_FLAGS,
  ...KLOG_FLAGS,
} as const satisfies FlagTable;
