import { expect, test } from 'vitest';
import { describeWithHelm } from '../support/chart/helm.ts';
import { only, type Rendered, render } from '../support/chart/render.ts';
import { type Alert, readAlerts, readDashboard } from '../support/monitoring/files.ts';

describeWithHelm('what the chart hands to Prometheus and Grafana', (helm) => {
  const PAGE = 'https://docs.example/operations.md';
  const renderAlerts = (...set: readonly string[]): readonly Alert[] => {
    const rule: Rendered = only(
      render(helm, { set: ['metrics.prometheusRule.enabled=true', ...set] }),
      'PrometheusRule',
    );
    const { groups } = rule['spec'] as { groups: readonly { rules: readonly Alert[] }[] };
    return groups.flatMap(({ rules }) => rules);
  };

  test('are all alerts, with links to their runbooks where the place of these is given', () => {
    const alerts = renderAlerts(`metrics.prometheusRule.runbookUrl=${PAGE}`);
    const names = '(iam-bridge|pod-identity-webhook|aws-iam-authenticator)';
    expect(alerts.map(({ alert, expr }) => [alert, expr])).toEqual(
      readAlerts().map(({ alert, expr }) => [alert, expr.replaceAll(names, 'iam-bridge')]),
    );
    expect(alerts.map(({ annotations }) => annotations.runbook_url)).toEqual(
      alerts.map(({ alert }) => `${PAGE}#${alert.toLowerCase()}`),
    );
  });

  test('look at workloads by the name that they have here', () => {
    const text = JSON.stringify(renderAlerts('fullnameOverride=roles'));
    for (const label of ['deployment', 'daemonset', 'pod'])
      expect(text).toContain(`${label}=~\\".*roles.*\\"`);
    expect(text).not.toContain('=~\\".*iam-bridge.*\\"');
  });

  test('are alerts without links where it is not', () => {
    const alerts = renderAlerts();
    expect(alerts).toHaveLength(readAlerts().length);
    for (const { annotations } of alerts) {
      // A link that leads nowhere would be null, which the API server refuses.
      expect(Object.keys(annotations)).toEqual(['summary', 'description']);
      expect(annotations.summary).not.toBe('');
    }
  });

  test('is the dashboard, to the letter', () => {
    const { data } = only(
      render(helm, { set: ['metrics.dashboard.enabled=true'] }),
      'ConfigMap',
      'iam-bridge-dashboard',
    ) as Rendered & {
      data: Record<string, string>;
    };
    expect(JSON.parse(data['iam-bridge.json'] ?? '')).toEqual(readDashboard());
  });
});
