import { WEBHOOK_FLAGS } from '../../../src/commands/webhook/flags.ts';
import { fromFlag } from '../from-flag.ts';
import {
  allowed,
  bool,
  choice,
  leaf,
  type Members,
  names,
  object,
  objects,
  section,
  sharedSection,
  text,
  texts,
} from '../node.ts';

const DURATION = { pattern: '^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$' };

/** What all components have in common. */
export const SHARED: Members = {
  global: sharedSection('Shared with other charts where this one is a dependency', {
    imageRegistry: text('', 'Registry of all images; goes before image.registry'),
    imagePullSecrets: leaf([], 'Pull secrets: names, or objects with a name', {
      type: 'array',
      items: { type: ['string', 'object'] },
    }),
  }),
  enabled: allowed('Condition of a dependency', { type: 'boolean' }),
  nameOverride: text('', 'In place of the name of the chart, in labels and names'),
  fullnameOverride: text('', 'What all names begin with'),
  namespaceOverride: text('', 'In place of the namespace of the release'),
  commonLabels: names({}, 'Labels of every object'),
  commonAnnotations: names({}, 'Annotations of every object'),
  image: section('One image for all components', {
    registry: text(
      '',
      'Registry; empty: that of the release, or of the container engine where image.repository is given',
    ),
    repository: text('', 'Repository; empty: that of the release, by digest'),
    tag: text(
      '',
      'Tag; empty: the digest of the release, or appVersion of the chart where image.repository is given',
    ),
    digest: text('', 'Digest, such as sha256:…; goes before the tag', {
      pattern: '^(sha(256|512):[0-9a-f]{64,128})?$',
    }),
    pullPolicy: choice('IfNotPresent', 'Always, IfNotPresent or Never', ['Always', 'IfNotPresent', 'Never']),
  }),
  imagePullSecrets: objects([], 'Pull secrets: objects with a name'),
};

/** The webhook's certificate. */
export const CERTIFICATES: Members = {
  tls: section('Certificate of the webhook', {
    mode: choice('self', 'self: made and renewed by the webhook; certManager, existingSecret: as in pki', [
      'self',
      'certManager',
      'existingSecret',
    ]),
    minVersion: fromFlag(WEBHOOK_FLAGS, 'tls-min-version', {
      help: '1.2 or 1.3, or VersionTLS12 or VersionTLS13; empty: 1.2',
      schema: { enum: ['', '1.2', '1.3', 'VersionTLS12', 'VersionTLS13'] },
    }),
    cipherSuites: fromFlag(WEBHOOK_FLAGS, 'tls-cipher-suites'),
  }),
  pki: section(
    'Certificates of others. What is filled in here goes before tls.mode: existingSecret, cert, certManager.enabled',
    {
      certManager: section('cert-manager makes the certificate', {
        enabled: bool(false, 'The same as tls.mode certManager'),
        existingIssuer: section(
          'An issuer that is there already; otherwise the chart makes one, with an authority of its own',
          {
            enabled: bool(false, 'Use it'),
            name: text('', 'Its name'),
            kind: choice('ClusterIssuer', 'Issuer or ClusterIssuer', ['Issuer', 'ClusterIssuer']),
            group: text('cert-manager.io', 'Its API group', { minLength: 1 }),
          },
        ),
        certificate: section('', {
          duration: text('2160h', 'How long it is valid', DURATION),
          renewBefore: text('720h', 'How long before its end it is renewed', DURATION),
          dnsNames: texts([], 'More names and addresses in it, such as the host of mutatingWebhook.url'),
        }),
      }),
      existingSecret: text('', 'Secret of type kubernetes.io/tls'),
      caBundle: text(
        '',
        'Authority that signed it, PEM or base64 of PEM; empty: cert-manager or mutatingWebhook.annotations has it injected',
      ),
      cert: text(
        '',
        'Certificate chain, PEM. It ends up in the release, key and all: better have existingSecret',
      ),
      key: text('', 'Private key, PEM'),
    },
  ),
};

const monitor = (help: string, more: Members = {}) =>
  section(help, {
    enabled: bool(false, 'Make it; needs the CRDs of the Prometheus operator'),
    namespace: text('', 'Its namespace; empty: that of the release'),
    additionalLabels: names({}, 'More labels, such as those that a Prometheus selects by'),
    ...more,
  });

const scrape: Members = {
  interval: text('30s', 'How often; empty: as Prometheus does', { pattern: '^([0-9]+(ms|s|m|h))*$' }),
  scrapeTimeout: text('', 'How long a scrape may take; empty: as Prometheus does', {
    pattern: '^([0-9]+(ms|s|m|h))*$',
  }),
  honorLabels: bool(false, 'Labels of the metrics go before those of the target'),
  relabelings: objects([], 'Relabelings of the target'),
  metricRelabelings: objects([], 'Relabelings of the metrics'),
  endpointAdditionalProperties: object({}, 'More members of the endpoint'),
};

/** How all of it is seen. */
export const METRICS: Members = {
  serviceMonitor: monitor('By Service; not beside podMonitor', scrape),
  podMonitor: monitor('By pod: for workloads without a Service, too', scrape),
  prometheusRule: monitor('Alerts', {
    runbookUrl: text('', 'What links to runbooks begin with; empty: no links'),
  }),
  dashboard: section('A ConfigMap with the dashboard, for the side-car of Grafana', {
    enabled: bool(false, 'Make it'),
    namespace: text('', 'Its namespace; empty: that of the release'),
    labels: names({ grafana_dashboard: '1' }, 'Labels that the side-car looks for'),
    annotations: names({}, 'Annotations, such as that of a folder'),
  }),
};

/** Who may reach the pods, and whom they may reach. */
export const NETWORK_POLICY: Members = {
  enabled: bool(true, 'Make one for each component that is not on the network of the node'),
  apiServer: section('What they may reach of API servers', {
    cidrs: texts([], 'Addresses; none: all', { minLength: 3 }),
    ports: leaf([443, 6443, 8443, 16443], 'Ports, as they are behind the Service `kubernetes`', {
      type: 'array',
      minItems: 1,
      items: { type: 'integer', minimum: 1, maximum: 65535 },
    }),
  }),
  callers: texts([], 'Addresses from which the door may be reached; none: all. API servers are no pods', {
    minLength: 3,
  }),
  metricsFrom: objects([], 'Peers that may reach the metrics port; none: all'),
  extraIngress: objects([], 'More rules'),
  extraEgress: objects([], 'More rules, such as one for a proxy'),
};

export const REST: Members = {
  admissionPolicy: section('Keeps the webhook, which may write caBundle, from writing anything else there', {
    enabled: bool(
      true,
      'Have a ValidatingAdmissionPolicy, where certificates are its own; from Kubernetes 1.30',
    ),
  }),
  tests: section('Checks of `helm test`', {
    enabled: bool(true, 'Have them'),
    podLabels: names(
      {},
      'Labels of the pod that is tried, where mutatingWebhook.objectSelector asks for some',
    ),
  }),
  'iam-bridge-crds': sharedSection('The chart of the CustomResourceDefinition for backend CRD', {
    enabled: bool(false, 'Install it; helm uninstall leaves it, since that would take all mappings away'),
  }),
  extraObjects: leaf([], 'More objects; templates in them are filled in', {
    type: 'array',
    items: { type: ['object', 'string'] },
  }),
};
