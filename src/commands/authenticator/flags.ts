import { PARTITION_NAMES } from '../../aws/partition.ts';
import { BACKEND_NAMES } from '../../mapping/backend-names.ts';
import { BUDGET_FLAGS } from '../../settings/budgets.ts';
import type { FlagTable } from '../../settings/pflag.ts';
import { SERVER_FLAGS } from '../server/flags.ts';

/** What every command of the Go program takes. */
export const COMMON_FLAGS = {
  config: { type: 'string', default: '', shorthand: 'c', help: 'configuration file: YAML, JSON or TOML' },
  'cluster-id': {
    type: 'string',
    default: '',
    shorthand: 'i',
    help: 'the id that tokens are made for; without it KUBERNETES_AWS_AUTHENTICATOR_CLUSTER_ID',
  },
  'log-format': {
    type: 'string',
    default: 'text',
    shorthand: 'l',
    help: 'text or json',
    noEffect: 'logs are JSON lines on standard error',
  },
  'log-verbosity': {
    type: 'string',
    default: 'info',
    shorthand: 'v',
    help: 'debug tells of ordinary watch traffic, too; without it AWS_IAM_AUTHENTICATOR_LOG_VERBOSITY',
  },
  'feature-gates': {
    type: 'strings',
    default: [],
    help: 'SSORoleMatch=true: entries with sso count; ConfiguredInitDirectories=true: init writes where the server looks',
  },
  partition: {
    type: 'string',
    default: 'aws',
    help: `partition of AWS that principals are of: ${PARTITION_NAMES.join(', ')}`,
  },
  'strict-config': {
    type: 'bool',
    default: false,
    help: 'an unknown key of the configuration, or a value that becomes another, is an error and no warning',
  },
} as const satisfies FlagTable;

/** Where certificate and webhook kubeconfig are, and what they say. */
export const PLACE_FLAGS = {
  'state-dir': {
    type: 'string',
    default: '/var/aws-iam-authenticator',
    help: 'folder of certificate, key and authority',
  },
  'generate-kubeconfig': {
    type: 'string',
    default: '/etc/kubernetes/aws-iam-authenticator/kubeconfig.yaml',
    help: 'where the webhook kubeconfig for the API server is written',
  },
  'kubeconfig-pregenerated': {
    type: 'bool',
    default: false,
    help: 'the webhook kubeconfig is there already, made by init, and stays as it is',
  },
  address: { type: 'string', default: '127.0.0.1', help: 'address that --port listens on' },
  hostname: {
    type: 'string',
    default: 'localhost',
    help: 'how the API server calls the server: name or address',
  },
  port: { type: 'int', default: 21_362, help: 'port for /authenticate, /healthz and /metrics (HTTPS)' },
} as const satisfies FlagTable;

/** Every flag and key of `aws-iam-authenticator server`, and ours at the end. */
export const AUTHENTICATOR_FLAGS = {
  ...COMMON_FLAGS,
  ...PLACE_FLAGS,
  'backend-mode': {
    type: 'strings',
    default: ['MountedFile'],
    help: `backends of mappings in the order in which they are asked: ${BACKEND_NAMES.join(', ')}`,
  },
  kubeconfig: {
    type: 'string',
    default: '',
    help: 'kubeconfig file for EKSConfigMap and CRD; empty: the credentials of the pod it runs in',
  },
  master: { type: 'string', default: '', help: 'URL of the API server, instead of the one configured' },
  'ec2-describeInstances-qps': {
    type: 'int',
    default: 15,
    help: 'calls of ec2:DescribeInstances a second',
  },
  'ec2-describeInstances-burst': { type: 'int', default: 5, help: 'such calls at once' },
  'ec2-describeInstances-role-arn': {
    type: 'string',
    default: '',
    help: 'ARN of a role to assume for that; empty: none',
  },
  'source-arn': {
    type: 'string',
    default: '',
    help: 'ARN that assuming it names as its reason (aws:SourceArn, aws:SourceAccount)',
  },
  'scrubbed-accounts': {
    type: 'strings',
    default: [],
    help: 'accounts of which the log and answers tell nothing but the user',
  },
  'dynamic-file-path': { type: 'string', default: '', help: 'JSON file of the backend DynamicFile' },
  'dynamic-file-user-id-strict': {
    type: 'bool',
    default: false,
    help: 'its entries are found by userid, and an ARN in them has to agree',
  },
  'dynamic-backend-mode-path': {
    type: 'string',
    default: '',
    help: 'JSON file that gives the order of backends for as long as it is there',
  },
  'metrics-port': {
    type: 'int',
    default: 21_364,
    help: 'port for /metrics, /livez, /readyz and /healthz (HTTP)',
  },
  'metrics-address': {
    type: 'string',
    default: '',
    help: 'address that --metrics-port listens on; empty: that of --address',
  },
  'health-port': {
    type: 'int',
    default: 21_363,
    help: 'port that says ok to everybody (HTTP)',
  },
  'health-address': {
    type: 'string',
    default: '',
    help: 'address that --health-port listens on; empty: all',
  },
  region: {
    type: 'string',
    default: '',
    help: 'region that the server runs in, however new; without it AWS_REGION, AWS_DEFAULT_REGION, the metadata service',
  },
  'sts-hosts': {
    type: 'strings',
    default: [],
    help: 'hosts of STS that tokens may name beside the public ones, such as a VPC endpoint',
  },
  'sts-address': {
    type: 'string',
    default: '',
    help: 'where STS is called in place of the host that a token names, such as 127.0.0.1:8443: for a local AWS. Its certificate still has to be for that host',
  },
  'max-token-size': { type: 'int', default: 16_384, help: 'characters that a token may have, 4096 to 65536' },
  'token-cache': {
    type: 'duration',
    default: 60_000,
    range: [0, 60_000],
    help: 'how long the word of STS on a token is kept, up to 1m; 0: not at all',
  },
  'max-sts-calls': { type: 'int', default: 64, help: 'calls to STS at one time, 4 to 1024' },
  audiences: {
    type: 'strings',
    default: [],
    help: 'audiences that tokens are for; none: they are for whatever is asked',
  },
  'cluster-creator-arn': {
    type: 'string',
    default: '',
    help: 'ARN of the principal that is an administrator where no mapping names it',
  },
  'compat-status-codes': {
    type: 'bool',
    default: false,
    help: 'refusals have the HTTP status codes of aws-iam-authenticator',
  },
  proxy: {
    type: 'string',
    default: '',
    help: 'HTTP proxy for calls to AWS, such as http://proxy.example:3128',
  },
  'proxy-from-environment': {
    type: 'bool',
    default: false,
    help: 'HTTPS_PROXY and NO_PROXY count for calls to AWS, as under the name aws-iam-authenticator',
  },
  'aws-ca-file': {
    type: 'string',
    default: '',
    help: 'PEM file of authorities that calls to AWS trust, too; without it AWS_CA_BUNDLE',
  },
  'client-ca-file': {
    type: 'string',
    default: '',
    help: 'authorities, PEM, of the only callers that are answered, by --client-name; empty: all are; re-read when it changes',
  },
  'client-name': {
    type: 'strings',
    default: [],
    help: 'common name of a certificate that may call; may be repeated; needs --client-ca-file',
  },
  'tls-min-version': {
    type: 'string',
    default: '',
    help: '1.2 or 1.3, or VersionTLS12 or VersionTLS13; empty: 1.2',
  },
  'tls-cipher-suites': {
    type: 'string',
    default: '',
    help: "comma-separated cipher suites by Go's names, for TLS 1.2",
  },
  ...SERVER_FLAGS,
  ...BUDGET_FLAGS,
  // A review has 64 KiB at most, and 2 KiB as a rule: as many as may wait for STS, with the longest of tokens that AWS makes.
  'body-budget': { ...BUDGET_FLAGS['body-budget'], default: 8 },
} as const satisfies FlagTable;
