import { allowed, bool, type Members, section } from '../node.ts';
import { AUTHENTICATOR } from './authenticator.ts';
import { ISSUER } from './issuer.ts';
import { podValues, replicaValues, serviceValues } from './pod.ts';
import { CERTIFICATES, METRICS, NETWORK_POLICY, REST, SHARED } from './shared.ts';
import { MUTATING_WEBHOOK, WEBHOOK_CONFIG } from './webhook.ts';

/**
 * Every value of the chart, in the order of values.yaml. Those of the webhook stand at the root, under the names that
 * jkroepke's chart of amazon-eks-pod-identity-webhook has for them.
 */
export const VALUES: Members = {
  ...SHARED,
  webhook: section('The webhook; its values stand at the root', { enabled: bool(true, 'Run it') }),
  config: section('What the webhook is told', WEBHOOK_CONFIG),
  mutatingWebhook: section('Which pods it is asked about', MUTATING_WEBHOOK),
  ...CERTIFICATES,
  ...replicaValues(),
  ...podValues(),
  service: section('', serviceValues()),
  serviceAnnotations: allowed('Of no effect: `service.annotations`', { type: 'object' }),
  metrics: section('', METRICS),
  networkPolicy: section('', NETWORK_POLICY),
  ...REST,
  authenticator: section('Logging in with IAM', AUTHENTICATOR),
  issuer: section("The cluster's OIDC issuer", ISSUER),
};

/** Where each component's values begin, as the templates know it. */
export const COMPONENTS: Readonly<Record<string, Members>> = {
  webhook: { config: VALUES['config'] ?? section('', {}), tls: VALUES['tls'] ?? section('', {}) },
  authenticator: AUTHENTICATOR,
  issuer: ISSUER,
};
