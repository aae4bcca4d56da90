import type { Labels, Series } from './evaluation/samples.ts';
import { START, series } from './firing.ts';

type At = (minute: number) => number | undefined;

/** A counter that has gone on for long. @param perMinute how it goes on */
export const steady = (perMinute: number): At => {
  return (minute) => 1_000_000 + Math.floor(perMinute * minute);
};

/** A counter that stands still but from one minute to another. */
export const rising = (perMinute: number, from = 0, to = Number.POSITIVE_INFINITY): At => {
  return (minute) => 1_000 + Math.floor(perMinute * (Math.min(Math.max(minute, from), to) - from));
};

/** A series that begins at a minute, as one does whose labels nobody had before. */
export const begins = (minute: number, at: At): At => {
  return (now) => (now < minute ? undefined : at(now));
};

/** Reviews that all take so long. */
export function reviews(labels: Labels, seconds: number, at: At): readonly Series[] {
  const bounds = [0.064, 0.128, 0.256, 0.512, 1, 2.5, Number.POSITIVE_INFINITY];
  const name = 'iam_bridge_admission_duration_seconds';
  return [
    ...series(`${name}_count`, labels, at),
    ...bounds.flatMap((bound) => {
      const le = bound === Number.POSITIVE_INFINITY ? '+Inf' : String(bound);
      const never: At = (minute) => (at(minute) === undefined ? undefined : 0);
      return series(`${name}_bucket`, { ...labels, le }, seconds <= bound ? at : never);
    }),
  ];
}

export const OF_WEBHOOK = { job: 'iam-bridge-webhook', instance: '10.0.0.1:9999' };
export const OF_AUTHENTICATOR = { job: 'iam-bridge-authenticator', instance: '10.0.0.2:9999' };
export const OF_ISSUER = { job: 'iam-bridge-issuer', instance: '10.0.0.3:9999' };

export const DEPLOYMENT = { namespace: 'iam-system', deployment: 'iam-bridge-webhook' };
export const DAEMON_SET = { namespace: 'kube-system', daemonset: 'iam-bridge-authenticator' };
export const CONTAINER = { namespace: 'iam-system', pod: 'iam-bridge-webhook-x', container: 'webhook' };
export const CONFIGURATION = { ...OF_WEBHOOK, configuration: 'iam-bridge-webhook' };
export const ENTRY = { name: 'pod-identity-webhook.amazonaws.com', type: 'admit', job: 'apiserver' };

const DAY = 24 * 60;

/** A cluster in which all is as it should be, one old slip included. */
export const HEALTHY: readonly Series[] = [
  ...series('apiserver_admission_webhook_fail_open_count', ENTRY, () => 3),
  ...series('iam_bridge_pods_left_out_total', { ...OF_WEBHOOK, reason: 'volume-name-taken' }, () => 2),
  ...reviews({ ...OF_WEBHOOK, outcome: 'mutated' }, 0.002, steady(10)),
  ...series('iam_bridge_watch_last_contact_timestamp_seconds', OF_WEBHOOK, (minute) => {
    return START + Math.floor(minute) * 60;
  }),
  ...series('iam_bridge_tls_certificate_not_after_seconds', OF_WEBHOOK, () => START + 11 * DAY * 60),
  ...series('iam_bridge_tls_authority_not_after_seconds', OF_WEBHOOK, () => START + 121 * DAY * 60),
  ...series('iam_bridge_ca_bundle_in_sync', CONFIGURATION, () => 1),
  ...series('iam_bridge_tls_errors_total', OF_WEBHOOK, () => 5),
  ...series('kube_deployment_spec_replicas', DEPLOYMENT, () => 2),
  ...series('kube_deployment_status_replicas_ready', DEPLOYMENT, () => 2),
  ...series('kube_daemonset_status_desired_number_scheduled', DAEMON_SET, () => 3),
  ...series('kube_daemonset_status_number_ready', DAEMON_SET, () => 3),
  ...series('iam_bridge_token_reviews_total', { ...OF_AUTHENTICATOR, reason: 'granted' }, steady(20)),
  ...series('iam_bridge_token_reviews_total', { ...OF_AUTHENTICATOR, reason: 'unmapped' }, steady(1)),
  ...series('iam_bridge_degraded', { ...OF_AUTHENTICATOR, check: 'mappings' }, () => 0),
  ...series('iam_bridge_degraded', { ...OF_WEBHOOK, check: 'serviceaccounts' }, () => 0),
  ...series('iam_bridge_issuer_keys_age_seconds', OF_ISSUER, (minute) => ((minute % 60) + 60) % 60),
  ...series('iam_bridge_issuer_drift_findings', { ...OF_ISSUER, code: 'signing-key-missing' }, () => 0),
  ...series('nodejs_eventloop_lag_p99_seconds', OF_WEBHOOK, () => 0.012),
  ...series('iam_bridge_build_info', { ...OF_WEBHOOK, version: '1.2.3' }, () => 1),
  ...series('kube_pod_container_status_restarts_total', CONTAINER, () => 1),
  ...series(
    'kube_pod_container_status_last_terminated_reason',
    { ...CONTAINER, reason: 'OOMKilled' },
    () => 1,
  ),
  ...series('http_request_count', { ...OF_WEBHOOK, path: '/mutate', code: '200' }, steady(10)),
  ...series('http_request_count', { ...OF_WEBHOOK, path: '/mutate', code: '401' }, () => 4),
];
