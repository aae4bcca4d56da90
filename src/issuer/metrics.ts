import { Counter, Gauge, type Registry } from 'prom-client';
import { listDriftCodes } from './drift/findings.ts';
import type { DriftReport } from './drift/report.ts';
import type { RouteName } from './serve/routes.ts';

export interface KeyFacts {
  /** How many keys are served. */
  readonly count: () => number;
  /** Seconds since their source last confirmed them; undefined: never yet. */
  readonly age: () => number | undefined;
}

/** What serving and its source count. */
export interface IssuerMetrics {
  request(document: RouteName, status: number): void;
  refresh(result: 'changed' | 'unchanged' | 'refused'): void;
  /** @param code `accepted`, or one of the closed list of refusals */
  verdict(code: string): void;
}

/** Counts a comparison. @param now ms since epoch */
export type CountDrift = (report: DriftReport, now: number) => void;

export function createIssuerMetrics(registry: Registry, keys: KeyFacts): IssuerMetrics {
  const registers = [registry];
  const requests = new Counter({
    name: 'iam_bridge_issuer_requests_total',
    help: 'Requests answered, by document and status code.',
    labelNames: ['document', 'code'],
    registers,
  });
  const refreshes = new Counter({
    name: 'iam_bridge_issuer_refreshes_total',
    help: 'Looks at the source of the keys that brought something: a change, a confirmation or a refusal.',
    labelNames: ['result'],
    registers,
  });
  const verdicts = new Counter({
    name: 'iam_bridge_token_verdicts_total',
    help: 'Verdicts of POST /verify: accepted, or the code of the refusal.',
    labelNames: ['code'],
    registers,
  });
  registerKeyGauges(registry, keys);
  return {
    request: (document, status) => requests.inc({ document, code: String(status) }),
    refresh: (result) => refreshes.inc({ result }),
    verdict: (code) => verdicts.inc({ code }),
  };
}

function registerKeyGauges(registry: Registry, { count, age }: KeyFacts): void {
  new Gauge({
    name: 'iam_bridge_issuer_keys',
    help: 'Keys that are served.',
    registers: [registry],
    collect() {
      this.set(count());
    },
  });
  new Gauge({
    name: 'iam_bridge_issuer_keys_age_seconds',
    help: 'Time since the source of the keys last confirmed them; NaN before the first time.',
    registers: [registry],
    collect() {
      this.set(age() ?? Number.NaN);
    },
  });
}

/** Only where drift is looked for: a gauge that stays 0 would look like an answer. */
export function createDriftMetrics(registry: Registry): CountDrift {
  const registers = [registry];
  const looks = new Counter({
    name: 'iam_bridge_issuer_drift_looks_total',
    help: 'Comparisons of the cluster with what the public sees, by outcome.',
    labelNames: ['outcome'],
    registers,
  });
  const keys = new Gauge({
    name: 'iam_bridge_issuer_drift_keys',
    help: 'Keys at the last comparison: same on both sides, missing in public, different under one id, only public.',
    labelNames: ['state'],
    registers,
  });
  const findings = new Gauge({
    name: 'iam_bridge_issuer_drift_findings',
    help: 'Findings of the last comparison, by code (docs/issuer.md lists them).',
    labelNames: ['code'],
    registers,
  });
  const seen = new Gauge({
    name: 'iam_bridge_issuer_drift_last_seen_timestamp_seconds',
    help: 'Unix time of the last comparison that saw the keys of both sides.',
    registers,
  });
  return (report, now) => {
    looks.inc({ outcome: report.outcome });
    for (const code of listDriftCodes()) {
      findings.set({ code }, report.findings.filter((finding) => finding.code === code).length);
    }
    if (report.keys === undefined) return;
    keys.set({ state: 'same' }, report.keys.same.length);
    keys.set({ state: 'missing' }, report.keys.missing.length);
    keys.set({ state: 'different' }, report.keys.different.length);
    keys.set({ state: 'only-public' }, report.keys.onlyPublic.length);
    seen.set(now / 1000);
  };
}
