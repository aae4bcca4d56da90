import { parseIssuerUrl } from '../../base/names/issuer-url.ts';
import { isLoopbackHost } from '../../base/names/loopback-host.ts';
import { type ApiServersDeps, lookAtApiServers } from './api-servers.ts';
import { type ClusterView, type ClusterViewDeps, lookAtCluster } from './cluster-view.ts';
import { compareKeys, describeComparison, type KeyComparison } from './compare-keys.ts';
import { type DriftFinding, isDrift, toFinding } from './findings.ts';
import type { PublicFetchDeps } from './public-fetch.ts';
import { lookAtPublic } from './public-view.ts';

export interface DriftDeps {
  /** A sentence: why the cluster cannot be asked; the public side is judged alone then. */
  readonly cluster: ClusterViewDeps | string;
  readonly apiServers?: ApiServersDeps | undefined;
  readonly public: PublicFetchDeps;
}

/**
 * - `drift`: a finding says that AWS does not see the issuer that the cluster signs as.
 * - `unseen`: none does, and not everything could be looked at.
 * - `warnings`: all was seen and is the same on both sides, and something of it could be better.
 */
export type DriftOutcome = 'none' | 'warnings' | 'drift' | 'unseen';

export interface DriftReport {
  readonly issuer: string;
  readonly outcome: DriftOutcome;
  readonly findings: readonly DriftFinding[];
  /** undefined where one of both sides has no keys to compare */
  readonly keys: KeyComparison | undefined;
  /** The key id that the cluster signs with, where it was asked for a token. */
  readonly signingKey: string | undefined;
  /** What could not be looked at, and why. */
  readonly unseen: readonly string[];
}

/**
 * Compares the issuer as the cluster sees it (own credential, CA of the cluster) with what STS sees of it (no credential,
 * public roots). Never rejects: what cannot be seen is a part of the report.
 */
export async function findDrift(issuer: string, deps: DriftDeps, signal?: AbortSignal): Promise<DriftReport> {
  const [cluster, published, servers] = await Promise.all([
    typeof deps.cluster === 'string' ? toUnseen(deps.cluster) : lookAtCluster(issuer, deps.cluster, signal),
    lookAtPublic(issuer, deps.public, signal),
    deps.apiServers === undefined ? undefined : lookAtApiServers(deps.apiServers, signal),
  ]);
  const keys = cluster.set && published.set && compareKeys(cluster.set, published.set);
  const signingKey = cluster.sample?.kid;
  const findings = [
    ...checkProviderUrl(issuer),
    ...cluster.findings,
    ...(servers?.findings ?? []),
    ...published.findings,
    ...(keys ? describeComparison(keys, signingKey, published.jwksUri ?? issuer) : []),
  ];
  const unseen = [...cluster.unseen, ...(servers?.unseen ?? []), ...published.unseen];
  return { issuer, outcome: toOutcome(findings, unseen), findings, keys, signingKey, unseen };
}

function toOutcome(findings: readonly DriftFinding[], unseen: readonly string[]): DriftOutcome {
  if (findings.some(({ code }) => isDrift(code))) return 'drift';
  if (unseen.length > 0) return 'unseen';
  return findings.length > 0 ? 'warnings' : 'none';
}

function toUnseen(problem: string): ClusterView {
  return { set: undefined, sample: undefined, findings: [], unseen: [problem] };
}

/** What IAM would have against the issuer as the URL of a provider: "must begin with https:// … should not contain a port". */
function checkProviderUrl(issuer: string): DriftFinding[] {
  const reading = parseIssuerUrl(issuer, { httpsOnly: true });
  if (reading.kind === 'refused') return [toFinding('issuer-url', issuer, `the issuer ${reading.problem}`)];
  const { port, hostname } = reading.url;
  // An issuer on this machine is a trial of the local AWS, and IAM never hears of it.
  if (port === '' || isLoopbackHost(hostname)) return [];
  return [toFinding('issuer-port', issuer, `the issuer has the port ${port}`)];
}
