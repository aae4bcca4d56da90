import { beforeAll, describe, expect, it } from 'vitest';
import { REASONS } from '../../src/authenticator/reasons.ts';
import { listDriftCodes } from '../../src/issuer/drift/findings.ts';
import { type Exposition, readExpositions } from '../support/monitoring/exposition.ts';
import { fillVariables, readAlerts, readDashboard } from '../support/monitoring/files.ts';
import { expandAlternatives, parseExpression } from '../support/monitoring/promql.ts';
import { scrapePrograms } from '../support/monitoring/scraped-programs.ts';

/** Of kube-apiserver 1.36 and kube-state-metrics 2: what is asked of them, and with which labels. */
const OTHERS: Readonly<Record<string, readonly string[]>> = {
  apiserver_admission_webhook_fail_open_count: ['name', 'type'],
  apiserver_admission_webhook_rejection_count: ['name', 'type', 'operation', 'error_type', 'rejection_code'],
  apiserver_admission_webhook_admission_duration_seconds_bucket: [
    ...['name', 'type', 'operation', 'rejected', 'le'],
  ],
  kube_deployment_spec_replicas: ['namespace', 'deployment'],
  kube_deployment_status_replicas_ready: ['namespace', 'deployment'],
  kube_daemonset_status_desired_number_scheduled: ['namespace', 'daemonset'],
  kube_daemonset_status_number_ready: ['namespace', 'daemonset'],
  kube_pod_container_status_last_terminated_reason: ['namespace', 'pod', 'container', 'reason'],
  kube_pod_container_status_restarts_total: ['namespace', 'pod', 'container'],
};

/** What Prometheus itself knows of who it has scraped, and what it makes of a label that it has, too. */
const OF_TARGETS = ['job', 'instance', 'exported_namespace'];

/** Labels all of whose values that an expression may ask for are in a first scrape. */
const SEEN_AT_ONCE = new Set(['le', 'check', 'document', 'path']);

/** Labels whose values are from a list of the program: others would never match. */
const CLOSED_LISTS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  iam_bridge_token_reviews_total: { reason: Object.keys(REASONS), answer: ['granted', 'refusal', 'error'] },
  iam_bridge_issuer_drift_findings: { code: listDriftCodes() },
};

const alerts = readAlerts().map(({ alert, expr }) => ({ name: alert, expr }));
const { panels, annotations } = readDashboard();
const queries = [
  ...panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ name: title, expr }))),
  ...annotations.list,
].map(({ name, expr }) => ({ name: `dashboard: ${name}`, expr: fillVariables(expr) }));
const expressions = [...alerts, ...queries];

describe('alerts and dashboard', () => {
  let exported: Exposition;
  beforeAll(async () => {
    exported = readExpositions(await scrapePrograms());
  });

  function findLabels(metric: string): readonly string[] | undefined {
    const ours = exported.get(metric);
    return ours === undefined ? OTHERS[metric] : [...ours.keys(), ...OF_TARGETS];
  }

  it('are some', () => {
    expect(alerts.length).toBeGreaterThan(14);
    expect(queries.length).toBeGreaterThan(20);
  });

  it.each(expressions)('$name names metrics that are exported, with labels that they have', ({ expr }) => {
    const { selectors } = parseExpression(expr);
    expect(selectors).not.toEqual([]);
    for (const { metric, matchers } of selectors) {
      const labels = findLabels(metric);
      expect(labels, `${metric} is exported`).toBeDefined();
      expect(labels).toEqual(expect.arrayContaining(matchers.map(({ label }) => label)));
    }
  });

  it.each(expressions)('$name groups by labels that some of its metrics have', ({ expr }) => {
    const { selectors, groupings } = parseExpression(expr);
    const labels = new Set(selectors.flatMap(({ metric }) => findLabels(metric) ?? []));
    expect([...labels]).toEqual(expect.arrayContaining([...new Set(groupings)]));
  });

  function findValues(metric: string, label: string): readonly string[] | undefined {
    const seen = exported.get(metric)?.get(label);
    return SEEN_AT_ONCE.has(label) && seen !== undefined ? [...seen] : CLOSED_LISTS[metric]?.[label];
  }

  it.each(expressions)('$name asks for values that there are', ({ expr }) => {
    const asked = parseExpression(expr).selectors.flatMap(({ metric, matchers }) =>
      matchers.map((matcher) => ({ ...matcher, known: findValues(metric, matcher.label) })),
    );
    const unknown = asked.flatMap(({ operator, value, known }) =>
      (operator.endsWith('~') ? expandAlternatives(value) : [value]).filter(
        (each) => known?.includes(each) === false,
      ),
    );
    expect(unknown).toEqual([]);
  });

  it('would notice an expression that is none, and a metric that is gone', () => {
    expect(() => parseExpression('sum by (a) (rate(b[5m])')).toThrow(/no PromQL/);
    expect(findLabels('iam_bridge_gone_total')).toBeUndefined();
  });
});
