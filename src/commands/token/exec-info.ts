/** What kubectl tells a credential plugin in `KUBERNETES_EXEC_INFO` (client-go credential plugins), as far as it counts. */
export interface ExecInfo {
  /** Of the answer: kubectl refuses another than the one that it asked for. */
  readonly apiVersion: string;
  /** What whoever wrote the kubeconfig should know. */
  readonly notice?: string;
  /** `spec.cluster.config`, which kubeconfig hands on under `provideClusterInfo: true`. */
  readonly cluster: { readonly clusterId?: string; readonly region?: string };
}

const GROUP = 'client.authentication.k8s.io';
const FALLBACK = `${GROUP}/v1beta1`;
const ADVICE = `write \`apiVersion: ${FALLBACK}\` into the kubeconfig, and update kubectl`;

/** @param text of the variable; absent or empty where nobody set it */
export function readExecInfo(text: string | undefined): ExecInfo {
  if (text === undefined || text === '') return { apiVersion: FALLBACK, cluster: {} };
  const value = parse(text);
  if (value === undefined)
    return {
      apiVersion: FALLBACK,
      notice: `KUBERNETES_EXEC_INFO is no JSON object: answering with ${FALLBACK}`,
      cluster: {},
    };
  const cluster = readCluster(value);
  const { apiVersion } = value;
  switch (apiVersion) {
    case `${GROUP}/v1`:
    case FALLBACK:
      return { apiVersion, cluster };
    case `${GROUP}/v1alpha1`:
      return {
        apiVersion,
        notice: `${apiVersion} is deprecated, and kubectl 1.24 dropped it: ${ADVICE}`,
        cluster,
      };
    default:
      return {
        apiVersion: FALLBACK,
        notice: `KUBERNETES_EXEC_INFO has no apiVersion that is known: answering with ${FALLBACK}`,
        cluster,
      };
  }
}

type Members = Readonly<Record<string, unknown>>;

function parse(text: string): Members | undefined {
  try {
    return toMembers(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function toMembers(value: unknown): Members | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Members)
    : undefined;
}

function readCluster(value: Members): ExecInfo['cluster'] {
  const config = toMembers(toMembers(toMembers(value['spec'])?.['cluster'])?.['config']);
  const [clusterId, region] = [config?.['clusterID'], config?.['region']];
  return {
    ...(typeof clusterId === 'string' && clusterId !== '' && { clusterId }),
    ...(typeof region === 'string' && region !== '' && { region }),
  };
}
