import { describeError } from '../../base/errors.ts';
import type { ServiceAccountName } from '../../base/names/account.ts';
import { quoteShort } from '../../json/quote.ts';
import type { KubeApi } from '../../kube/api.ts';
import { isSignatureAlgorithm } from '../../web-identity/token/keys.ts';
import { createClusterSource, readClusterIssuer } from '../keys/cluster-source.ts';
import { type KeySet, readKeySet } from '../keys/key-set.ts';
import { checkAlgorithms } from './algorithms.ts';
import { CLUSTER, type DriftFinding, describeWeak, toFinding } from './findings.ts';
import { requestSampleToken, type SampleToken } from './sample-token.ts';

export interface ClusterViewDeps {
  /** With a credential of its own, by the CA of the cluster. */
  readonly api: Pick<KubeApi, 'get' | 'send'>;
  /** Whose token is asked for; absent: none is. */
  readonly account?: ServiceAccountName | undefined;
}

/** The issuer as the cluster itself sees it. */
export interface ClusterView {
  /** undefined where no keys could be read */
  readonly set: KeySet | undefined;
  /** undefined where none was asked for, or none given */
  readonly sample: SampleToken | undefined;
  readonly findings: readonly DriftFinding[];
  readonly unseen: readonly string[];
}

export async function lookAtCluster(
  issuer: string,
  deps: ClusterViewDeps,
  signal?: AbortSignal,
): Promise<ClusterView> {
  const [documents, token] = await Promise.all([
    readDocuments(issuer, deps, signal),
    readSample(issuer, deps, signal),
  ]);
  return {
    set: documents.set,
    sample: token.sample,
    findings: [...documents.findings, ...token.findings],
    unseen: [...documents.unseen, ...token.unseen],
  };
}

/** What one look at the cluster brings. */
type PartialView<T extends 'set' | 'sample'> = Pick<ClusterView, T | 'findings' | 'unseen'>;

async function readDocuments(
  issuer: string,
  { api, account }: ClusterViewDeps,
  signal: AbortSignal | undefined,
): Promise<PartialView<'set'>> {
  try {
    const found = await readClusterIssuer(api, signal);
    const { jwks, discovery } = await createClusterSource(api, found).readDocuments(signal);
    const set = readKeySet(jwks);
    const findings = [
      ...(found === issuer ? [] : [describeOtherIssuer(found, issuer)]),
      // Where there is a token, its head says what the document can only announce.
      ...(discovery && account === undefined
        ? checkAlgorithms(discovery.document, 'the discovery document of the API server', CLUSTER)
        : []),
    ];
    if (set.kind === 'keys')
      return { set, findings: [...findings, ...describeWeak(set, CLUSTER)], unseen: [] };
    return { set: undefined, findings, unseen: [`the JWKS of the API server: ${set.problem}`] };
  } catch (error) {
    return { set: undefined, findings: [], unseen: [`the keys of the cluster: ${describeError(error)}`] };
  }
}

function describeOtherIssuer(found: string, issuer: string): DriftFinding {
  return toFinding(
    'cluster-issuer-differs',
    CLUSTER,
    `the API server's issuer is ${quoteShort(found)} and not ${quoteShort(issuer)}`,
  );
}

async function readSample(
  issuer: string,
  { api, account }: ClusterViewDeps,
  signal: AbortSignal | undefined,
): Promise<PartialView<'sample'>> {
  if (account === undefined) return { sample: undefined, findings: [], unseen: [] };
  try {
    const sample = await requestSampleToken(api, account, signal);
    return { sample, findings: checkSample(sample, issuer), unseen: [] };
  } catch (error) {
    return { sample: undefined, findings: [], unseen: [`a token of the cluster: ${describeError(error)}`] };
  }
}

function checkSample({ alg, issuer: found }: SampleToken, issuer: string): DriftFinding[] {
  const findings: DriftFinding[] = [];
  if (!isSignatureAlgorithm(alg)) {
    findings.push(
      toFinding('signing-algorithm-not-accepted', CLUSTER, `the cluster signs by ${quoteShort(alg)}`),
    );
  }
  if (found !== issuer) {
    const what = `the cluster's tokens are issued by ${quoteShort(found)} and not by ${quoteShort(issuer)}`;
    findings.push(toFinding('token-issuer-differs', CLUSTER, what));
  }
  return findings;
}
