import { describe, expect, it } from 'vitest';
import type { Series } from '../support/monitoring/evaluation/samples.ts';
import { readAlerts } from '../support/monitoring/files.ts';
import { findFiring, replace, START, series } from '../support/monitoring/firing.ts';
import {
  begins,
  CONFIGURATION,
  CONTAINER,
  DAEMON_SET,
  DEPLOYMENT,
  ENTRY,
  HEALTHY,
  OF_AUTHENTICATOR,
  OF_ISSUER,
  OF_WEBHOOK,
  reviews,
  rising,
  steady,
} from '../support/monitoring/scenarios.ts';

const DAY = 86_400;
const ALERTS = readAlerts();

const failOpen = (labels: object, at: (minute: number) => number | undefined) =>
  series('apiserver_admission_webhook_fail_open_count', { ...ENTRY, ...labels }, at);
const rejection = (labels: object, at: (minute: number) => number | undefined) =>
  series('apiserver_admission_webhook_rejection_count', { ...ENTRY, operation: 'CREATE', ...labels }, at);
const leftOut = { ...OF_WEBHOOK, reason: 'role-arn-malformed', owner: 'Deployment/web', namespace: 'shop' };
const logins = (reason: string, at: (minute: number) => number | undefined) =>
  series('iam_bridge_token_reviews_total', { ...OF_AUTHENTICATOR, reason }, at);
const restarts = (at: (minute: number) => number | undefined) =>
  series('kube_pod_container_status_restarts_total', CONTAINER, at);

/** Alert → what happens from the minute 0 on, what that does to the series, and the minute until which it fires. */
const FAULTS: Readonly<Record<string, readonly (readonly [string, readonly Series[], number])[]>> = {
  IamBridgeFailingOpen: [['the webhook is away', failOpen({}, rising(4)), 7]],
  IamBridgeFailedOpen: [
    [
      'a single pod in a restart, the first ever',
      failOpen(
        { name: 'x.iam-bridge' },
        begins(0, () => 1),
      ),
      1,
    ],
    ['a few pods in a restart', failOpen({}, rising(6, 0, 0.5)), 2],
  ],
  IamBridgeFailingClosed: [
    ['strict namespaces are closed', rejection({ error_type: 'calling_webhook_error' }, rising(4)), 7],
  ],
  IamBridgePodsLeftOut: [
    [
      'a single pod, the first of its kind',
      series(
        'iam_bridge_pods_left_out_total',
        leftOut,
        begins(0, () => 1),
      ),
      1,
    ],
    ['one pod more of a kind', series('iam_bridge_pods_left_out_total', leftOut, rising(1, 0, 1)), 2],
  ],
  IamBridgeAdmissionSlow: [
    ['200 ms each', reviews({ ...OF_WEBHOOK, outcome: 'mutated' }, 0.2, rising(10)), 12],
  ],
  IamBridgeAdmissionVerySlow: [
    ['700 ms each', reviews({ ...OF_WEBHOOK, outcome: 'mutated' }, 0.7, rising(10)), 12],
  ],
  IamBridgeCacheStale: [
    [
      'the watch is silent',
      series('iam_bridge_watch_last_contact_timestamp_seconds', OF_WEBHOOK, () => START),
      9,
    ],
  ],
  IamBridgeCertificateExpiresSoon: [
    [
      'six days left',
      series('iam_bridge_tls_certificate_not_after_seconds', OF_WEBHOOK, () => START + 6 * DAY),
      0,
    ],
  ],
  IamBridgeCertificateExpires: [
    [
      'it has expired',
      series('iam_bridge_tls_certificate_not_after_seconds', OF_WEBHOOK, () => START - 60),
      0,
    ],
  ],
  IamBridgeAuthorityExpiresSoon: [
    [
      '59 days left',
      series('iam_bridge_tls_authority_not_after_seconds', OF_WEBHOOK, () => START + 59 * DAY),
      0,
    ],
  ],
  IamBridgeCaBundleOutOfSync: [
    ['nobody sees it as it should be', series('iam_bridge_ca_bundle_in_sync', CONFIGURATION, () => 0), 5],
  ],
  IamBridgeCertificateUpkeepFails: [
    ['two looks a minute fail', series('iam_bridge_tls_errors_total', OF_WEBHOOK, rising(2)), 25],
  ],
  IamBridgeReplicasLow: [
    ['a pod of the Deployment', series('kube_deployment_status_replicas_ready', DEPLOYMENT, () => 1), 10],
    ['all pods of the Deployment', series('kube_deployment_status_replicas_ready', DEPLOYMENT, () => 0), 10],
    ['a pod of the DaemonSet', series('kube_daemonset_status_number_ready', DAEMON_SET, () => 2), 10],
  ],
  IamBridgeRestarts: [['it ends again and again', restarts(rising(0.2)), 30]],
  IamBridgeAuthenticationErrors: [
    ['one in five', logins('sts-unreachable', begins(0, rising(5))), 8],
    ['every one', [...logins('granted', rising(0)), ...logins('sts-timeout', rising(20))], 8],
  ],
  IamBridgeStsThrottled: [['a few, all the time', logins('sts-throttled', begins(0, rising(1))), 13]],
  IamBridgeMappingReloadFailed: [
    ['from now on', series('iam_bridge_degraded', { ...OF_AUTHENTICATOR, check: 'mappings' }, () => 1), 15],
  ],
  IamBridgeDegraded: [
    ['from now on', series('iam_bridge_degraded', { ...OF_WEBHOOK, check: 'serviceaccounts' }, () => 1), 15],
  ],
  IamBridgeJwksStale: [
    [
      'nobody confirms them',
      series('iam_bridge_issuer_keys_age_seconds', OF_ISSUER, (minute) => 60 * minute),
      136,
    ],
  ],
  IamBridgeIssuerDrift: [
    [
      'a key is missing',
      series('iam_bridge_issuer_drift_findings', { ...OF_ISSUER, code: 'signing-key-missing' }, () => 1),
      15,
    ],
  ],
  IamBridgeEventLoopLag: [
    ['half a second', series('nodejs_eventloop_lag_p99_seconds', OF_WEBHOOK, () => 0.5), 10],
  ],
  IamBridgeOutOfMemory: [['once', restarts((minute) => (minute < 0 ? 1 : 2)), 1]],
  IamBridgeUnauthenticatedCalls: [
    [
      'without a certificate',
      series('http_request_count', { ...OF_WEBHOOK, path: '/mutate', code: '401' }, rising(1)),
      18,
    ],
    ['what is no review', logins('review-malformed', begins(0, rising(1))), 18],
    [
      'without a token for verdicts',
      series(
        'iam_bridge_issuer_requests_total',
        { ...OF_ISSUER, document: 'verify', code: '401' },
        rising(1),
      ),
      18,
    ],
  ],
  IamBridgeErrorBudgetBurn: [
    [
      'one in twenty is a fault',
      reviews({ ...OF_WEBHOOK, outcome: 'fault' }, 0.002, begins(0, rising(0.5))),
      30,
    ],
    [
      'every one is a fault, from the first',
      [
        ...reviews({ ...OF_WEBHOOK, outcome: 'mutated' }, 0.002, () => undefined),
        ...reviews({ ...OF_WEBHOOK, outcome: 'fault' }, 0.002, begins(0, rising(10))),
      ],
      5,
    ],
    [
      'one in twenty takes a second',
      reviews({ ...OF_WEBHOOK, outcome: 'skipped' }, 1, begins(0, rising(0.5))),
      30,
    ],
  ],
  IamBridgeErrorBudgetBurnSlow: [
    ['five in a thousand', reviews({ ...OF_WEBHOOK, outcome: 'fault' }, 0.002, begins(0, rising(0.1))), 360],
  ],
};

/** What happens, and an alert that has nothing to say of it. */
const NO_FAULTS: readonly (readonly [string, string, readonly Series[]])[] = [
  ['IamBridgeFailingOpen', 'another webhook is away', failOpen({ name: 'policy.example' }, rising(4))],
  [
    'IamBridgeFailedOpen',
    'the API server begins to count anew',
    failOpen({}, (minute) => (minute < 9 ? 3 : undefined)),
  ],
  ['IamBridgeFailingClosed', 'another webhook says no', rejection({ name: 'policy.example' }, rising(4))],
  [
    'IamBridgeFailingClosed',
    'a pod is refused by its answer',
    rejection({ error_type: 'no_error' }, rising(4)),
  ],
  [
    'IamBridgePodsLeftOut',
    'a replica begins anew',
    series('iam_bridge_service_accounts', OF_WEBHOOK, () => 1),
  ],
  [
    'IamBridgeErrorBudgetBurn',
    'three slow ones of a hundred, in a small cluster',
    [
      ...reviews({ ...OF_WEBHOOK, outcome: 'mutated' }, 0.002, steady(1.5)),
      ...reviews({ ...OF_WEBHOOK, outcome: 'complete' }, 0.4, rising(0.05)),
    ],
  ],
  [
    'IamBridgeErrorBudgetBurnSlow',
    'a slow one each hour, in a small cluster',
    [
      ...reviews({ ...OF_WEBHOOK, outcome: 'mutated' }, 0.002, steady(0.1)),
      ...reviews({ ...OF_WEBHOOK, outcome: 'complete' }, 0.4, steady(1 / 60)),
    ],
  ],
  [
    'IamBridgeReplicasLow',
    'a rollout of five minutes',
    series('kube_daemonset_status_number_ready', DAEMON_SET, (minute) => (minute < 5 ? 2 : 3)),
  ],
  ['IamBridgeRestarts', 'two restarts', restarts((minute) => (minute < 0 ? 1 : minute < 20 ? 2 : 3))],
  ['IamBridgeOutOfMemory', 'one long ago', restarts(() => 4)],
  [
    'IamBridgeCacheStale',
    'a watch that is opened anew',
    series(
      'iam_bridge_watch_last_contact_timestamp_seconds',
      OF_WEBHOOK,
      (minute) => START + 60 * Math.max(minute - 2, 0),
    ),
  ],
];

function findAlert(name: string) {
  const found = ALERTS.find(({ alert }) => alert === name);
  if (found === undefined) throw new Error(`there is no alert ${name}`);
  return found;
}

describe('alerts', () => {
  it('have all a fault here that they are for', () => {
    expect(Object.keys(FAULTS).toSorted()).toEqual(ALERTS.map(({ alert }) => alert).toSorted());
  });

  it.each(ALERTS)('$alert is silent where all is well', (alert) => {
    expect(findFiring(alert, HEALTHY, 60)).toBeUndefined();
  });

  it.each(
    Object.entries(FAULTS).flatMap(([name, faults]) =>
      faults.map(([what, changed, within]) => ({ name, what, changed, within })),
    ),
  )('$name fires within $within minutes: $what', ({ name, changed, within }) => {
    const fired = findFiring(findAlert(name), replace(HEALTHY, changed), within);
    expect(fired).toBeLessThanOrEqual(within);
  });

  it.each(NO_FAULTS)('%s is silent: %s', (name, _, changed) => {
    expect(findFiring(findAlert(name), replace(HEALTHY, changed), 60)).toBeUndefined();
  });
});
