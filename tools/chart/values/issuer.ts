import { ISSUER_FLAGS } from '../../../src/commands/issuer/flags.ts';
import { fromFlag } from '../from-flag.ts';
import { bool, choice, leaf, type Members, names, objects, section, text } from '../node.ts';
import { budgetValues, podValues, replicaValues, serviceValues } from './pod.ts';

const flag = (name: keyof typeof ISSUER_FLAGS, otherwise?: Parameters<typeof fromFlag>[2]) =>
  fromFlag(ISSUER_FLAGS, name, otherwise);

const PORT = { minimum: 1, maximum: 65_535 };

const CONFIG: Members = {
  issuer: flag('issuer', { schema: { pattern: '^(https://.+)?$' } }),
  jwksUri: flag('jwks-uri', { schema: { pattern: '^(https://.+)?$' } }),
  refreshInterval: flag('refresh-interval'),
  staleGrace: flag('stale-grace'),
  cacheMaxAge: flag('cache-max-age'),
  verifyAudiences: flag('verify-audience'),
  driftInterval: flag('drift-interval', { default: '0s' }),
  driftServiceAccount: flag('drift-service-account', { schema: { pattern: '^([^/]+/[^/]+)?$' } }),
  privateHosts: flag('private-host'),
  compareApiServers: flag('compare-api-servers'),
  shutdownDelay: flag('shutdown-delay'),
  staleAfter: flag('stale-after'),
  unreadyWhenDegraded: flag('unready-when-degraded'),
  bindAddress: flag('bind-address'),
  tlsMinVersion: flag('tls-min-version', { schema: { enum: ['', '1.2', '1.3'] } }),
  tlsCipherSuites: flag('tls-cipher-suites'),
  logVerbosity: flag('v', { schema: { minimum: 0, maximum: 10 } }),
  ...budgetValues(),
  ports: section('Ports of the container', {
    documents: flag('port', { schema: PORT }),
    metrics: flag('metrics-port', { schema: PORT }),
  }),
  extraArgs: leaf([], 'More flags', { type: 'array', items: { type: 'string', pattern: '^-' } }),
};

/** The issuer: off, since its URL has to be public. */
export const ISSUER: Members = {
  enabled: bool(false, 'Run it'),
  config: section('Flags', CONFIG),
  keys: section('Where its public keys come from; nothing filled in: from the cluster', {
    secret: text('', 'Secret with PEM files of keys (`--key-file`)'),
    files: leaf([], 'Their names in it', { type: 'array', items: { type: 'string', minLength: 1 } }),
    jwksConfigMap: text('', 'ConfigMap with the JWKS under the key keys.json (`--jwks-file`)'),
  }),
  verify: section('POST /verify; nothing filled in: it is off', {
    tokenSecret: text('', 'Secret with bearer tokens of callers, one a line, under the key tokens'),
    clientCaConfigMap: text('', 'ConfigMap with authorities of callers under the key ca.crt'),
    clientNames: leaf([], 'Common names that callers must have; none: any', {
      type: 'array',
      items: { type: 'string', minLength: 1 },
    }),
  }),
  tls: section('Its certificate', {
    mode: choice(
      'self',
      'self, certManager, existingSecret; plainHttp: behind a proxy that has the certificate',
      ['self', 'certManager', 'existingSecret', 'plainHttp'],
    ),
    existingSecret: text('', 'Secret of type kubernetes.io/tls'),
  }),
  ingress: section('How the public comes to it', {
    enabled: bool(false, 'Make an Ingress for the host and path of config.issuer'),
    className: text('', 'Ingress class'),
    annotations: names({}, 'Annotations, such as that the backend speaks HTTPS'),
    tls: objects([], 'Hosts and Secret of its certificate'),
  }),
  ...replicaValues(),
  ...podValues(),
  service: section('', serviceValues()),
};
