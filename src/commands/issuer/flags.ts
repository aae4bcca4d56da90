import { BUDGET_FLAGS } from '../../settings/budgets.ts';
import { CLUSTER_FLAGS } from '../../settings/cluster.ts';
import type { FlagTable } from '../../settings/pflag.ts';
import { SERVER_FLAGS } from '../server/flags.ts';
import { SAN_FLAG } from '../server/kept-settings.ts';

const ISSUER_FLAG = {
  issuer: {
    type: 'string',
    default: '',
    help: 'URL of the issuer: the first --service-account-issuer of kube-apiserver, to the letter',
  },
} as const satisfies FlagTable;

/** How the public side is looked at, in both forms of the comparison. */
const PUBLIC_FLAGS = {
  'public-ca': {
    type: 'string',
    default: '',
    help: 'authorities, PEM, to trust instead of the public ones when looking at the issuer URL as STS does',
  },
  'private-host': {
    type: 'strings',
    default: [],
    help: 'host that may lie in private address space when the issuer URL is looked at; may be repeated',
  },
  'compare-api-servers': {
    type: 'bool',
    default: false,
    help: 'also ask each API server by itself whether its keys are those of the others',
  },
} as const satisfies FlagTable;

/** Every flag of `iam-bridge issuer`. */
export const ISSUER_FLAGS = {
  ...ISSUER_FLAG,
  'jwks-uri': {
    type: 'string',
    default: '',
    help: 'jwks_uri of the discovery document; empty: the issuer and /openid/v1/jwks',
  },
  port: { type: 'int', default: 8443, help: 'port for the documents and POST /verify' },
  'metrics-port': { type: 'int', default: 9999, help: 'port for /metrics, /livez and /readyz (HTTP)' },
  'bind-address': {
    type: 'string',
    default: '',
    help: 'address that both ports listen on; empty: all, but only loopback for the documents under --plain-http',
  },
  'plain-http': {
    type: 'bool',
    default: false,
    help: 'serve HTTP, for behind a proxy that has the certificate',
  },
  'in-cluster': {
    type: 'bool',
    default: false,
    help: 'make the certificate, and keep it in a Secret of the cluster; false: it is in --tls-cert and --tls-key',
  },
  namespace: { type: 'string', default: '', help: 'namespace of that Secret, and of the Service' },
  'service-name': { type: 'string', default: '', help: 'Service that the certificate is for' },
  'tls-secret': { type: 'string', default: '', help: 'name of that Secret' },
  ...SAN_FLAG,
  'tls-cert': {
    type: 'string',
    default: '/etc/iam-bridge/tls/tls.crt',
    help: 'certificate chain file, PEM; re-read when it changes',
  },
  'tls-key': {
    type: 'string',
    default: '/etc/iam-bridge/tls/tls.key',
    help: 'private key file, PEM; re-read when it changes',
  },
  'tls-cipher-suites': {
    type: 'string',
    default: '',
    help: "comma-separated cipher suites by Go's names, for TLS 1.2 and below",
  },
  'tls-min-version': { type: 'string', default: '', help: '1.2 or 1.3; empty: 1.2' },
  ...CLUSTER_FLAGS,
  'key-file': {
    type: 'strings',
    default: [],
    help: 'PEM file of public or private keys, instead of the cluster; may be repeated; re-read when it changes',
  },
  'jwks-file': {
    type: 'string',
    default: '',
    help: 'JWKS file of public keys, instead of the cluster; re-read when it changes',
  },
  'refresh-interval': {
    type: 'duration',
    default: 60_000,
    range: [5_000, 3_600_000],
    help: 'how often the cluster is asked for its keys, 5s to 1h',
  },
  'stale-grace': {
    type: 'duration',
    default: 21_600_000,
    range: [0, 604_800_000],
    help: 'how long the last good keys count as ready while their source fails, up to 7 days',
  },
  'cache-max-age': {
    type: 'duration',
    default: 3_600_000,
    range: [0, 86_400_000],
    help: 'max-age of the documents, 0 to 24h',
  },
  'verify-client-ca': {
    type: 'string',
    default: '',
    help: 'authorities, PEM, whose client certificates may use POST /verify; re-read when it changes',
  },
  'verify-client-name': {
    type: 'strings',
    default: [],
    help: 'common name that such a certificate must have; may be repeated; none: any',
  },
  'verify-token-file': {
    type: 'string',
    default: '',
    help: 'bearer tokens that may use POST /verify, one a line; re-read when it changes',
  },
  'verify-audience': {
    type: 'strings',
    default: ['sts.amazonaws.com'],
    help: 'audience that POST /verify asks for where the caller names none; may be repeated',
  },
  'drift-interval': {
    type: 'duration',
    default: 0,
    range: [10_000, 86_400_000],
    zeroIsOff: true,
    help: 'how often the cluster is compared with what the public sees, 10s to 24h; 0: never',
  },
  'drift-service-account': {
    type: 'string',
    default: '',
    help: 'NAMESPACE/NAME of an account whose token shows which key signs; empty: none is asked for',
  },
  ...PUBLIC_FLAGS,
  ...BUDGET_FLAGS,
  ...SERVER_FLAGS,
  v: { type: 'int', default: 0, shorthand: 'v', help: 'log level' },
} as const satisfies FlagTable;

/** Every flag of `iam-bridge issuer drift`. */
export const DRIFT_FLAGS = {
  ...ISSUER_FLAG,
  ...CLUSTER_FLAGS,
  'service-account': {
    type: 'string',
    default: '',
    help: 'NAMESPACE/NAME of an account whose token shows which key signs; empty: none is asked for',
  },
  ...PUBLIC_FLAGS,
  output: { type: 'string', default: '', shorthand: 'o', help: 'json: one document instead of text' },
} as const satisfies FlagTable;
