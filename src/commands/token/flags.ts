import type { FlagTable } from '../../settings/pflag.ts';

/** What both ways to ask for a token have. */
const SHARED_FLAGS = {
  region: {
    type: 'string',
    default: '',
    help: 'region of STS; without it AWS_REGION, AWS_DEFAULT_REGION, the profile, the cluster of the kubeconfig, the metadata service that gave the credentials, us-east-1',
  },
  profile: {
    type: 'string',
    default: '',
    help: 'profile of the shared files; it counts before keys in the environment, which count before AWS_PROFILE and AWS_DEFAULT_PROFILE',
  },
  'external-id': { type: 'string', default: '', shorthand: 'e', help: 'external id for assuming the role' },
  'session-name': { type: 'string', default: '', shorthand: 's', help: "name of the role's session" },
  'forward-session-name': {
    type: 'bool',
    default: false,
    help: 'name the session of the role as that of the credentials that assume it',
  },
  'mfa-serial': {
    type: 'string',
    default: '',
    help: 'MFA device for assuming the role; its code is asked for on the terminal',
  },
  cache: {
    type: 'bool',
    default: false,
    help: 'keep credentials that expire in AWS_IAM_AUTHENTICATOR_CACHE_FILE (~/.kube/cache/aws-iam-authenticator/credentials.yaml) until they do',
  },
  'token-only': { type: 'bool', default: false, help: 'print the token alone' },
  'token-host': {
    type: 'string',
    default: '',
    help: 'host of STS that the token names, such as that of a VPC endpoint: for servers that are told to ask it',
  },
  'ca-bundle': {
    type: 'string',
    default: '',
    help: 'PEM file of authorities that calls to AWS trust, too; without it AWS_CA_BUNDLE, ca_bundle of the profile',
  },
  proxy: {
    type: 'string',
    default: '',
    help: 'HTTP proxy for calls to AWS, such as http://proxy.example:3128; without it HTTPS_PROXY, unless NO_PROXY has the host',
  },
} as const satisfies FlagTable;

export type SharedFlags = typeof SHARED_FLAGS;

const NOT_HERE = 'the program writes no log, and has no features to choose';

/** Those of `aws-iam-authenticator token`, and ours. */
export const TOKEN_FLAGS = {
  'cluster-id': {
    type: 'string',
    default: '',
    shorthand: 'i',
    help: 'id of the cluster, as its authenticator has it; without it KUBERNETES_AWS_AUTHENTICATOR_CLUSTER_ID',
  },
  role: {
    type: 'string',
    default: '',
    shorthand: 'r',
    help: 'ARN of a role to assume first; without it DEFAULT_ROLE',
  },
  config: {
    type: 'string',
    default: '',
    shorthand: 'c',
    help: 'configuration file of the authenticator, for the id of the cluster and the role',
  },
  ...SHARED_FLAGS,
  'log-format': { type: 'string', default: '', shorthand: 'l', help: '', noEffect: NOT_HERE },
  'log-verbosity': { type: 'string', default: '', shorthand: 'v', help: '', noEffect: NOT_HERE },
  'feature-gates': { type: 'string', default: '', help: '', noEffect: NOT_HERE },
} as const satisfies FlagTable;

const NO_PAGER = 'nothing is paged, coloured or asked for here';
/** They are of calls that the AWS CLI makes for other commands: its own get-token passes them over, too. */
const OF_OTHERS = 'for tokens the AWS CLI passes it over, too';

/** Those of `aws eks get-token` with the global ones of the AWS CLI, and ours. */
export const GET_TOKEN_FLAGS = {
  'cluster-name': { type: 'string', default: '', help: 'name of the EKS cluster' },
  'cluster-id': {
    type: 'string',
    default: '',
    help: 'id of a local cluster on an Outpost, in place of the name',
  },
  'role-arn': { type: 'string', default: '', help: 'ARN of a role to assume first' },
  role: { type: 'string', default: '', help: 'the same, as kubeconfigs of the AWS CLI have it' },
  ...SHARED_FLAGS,
  output: { type: 'string', default: 'json', help: 'json or text' },
  query: { type: 'string', default: '', help: 'print status.token or status.expirationTimestamp alone' },
  'no-cli-pager': { type: 'bool', default: false, help: '', noEffect: NO_PAGER },
  'no-cli-auto-prompt': { type: 'bool', default: false, help: '', noEffect: NO_PAGER },
  'no-paginate': { type: 'bool', default: false, help: '', noEffect: NO_PAGER },
  'cli-auto-prompt': { type: 'bool', default: false, help: '', noEffect: NO_PAGER },
  color: { type: 'string', default: '', help: '', noEffect: NO_PAGER },
  debug: { type: 'bool', default: false, help: '', noEffect: 'what goes wrong is said anyway' },
  'endpoint-url': { type: 'string', default: '', help: '', noEffect: OF_OTHERS },
  'no-verify-ssl': { type: 'bool', default: false, help: '', noEffect: OF_OTHERS },
  'cli-read-timeout': { type: 'string', default: '', help: '', noEffect: OF_OTHERS },
  'cli-connect-timeout': { type: 'string', default: '', help: '', noEffect: OF_OTHERS },
  'cli-binary-format': { type: 'string', default: '', help: '', noEffect: OF_OTHERS },
} as const satisfies FlagTable;
