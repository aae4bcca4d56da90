import { describeError } from '../../base/errors.ts';
import { readJson } from '../../json/read.ts';
import { isRecord, readMember } from '../../json/record.ts';
import type { KubeApi } from '../../kube/api.ts';
import { toStatusError } from '../../kube/errors.ts';
import { createClusterSource, readClusterIssuer } from '../keys/cluster-source.ts';
import { readKeySet } from '../keys/key-set.ts';
import { type DriftFinding, toFinding } from './findings.ts';

export interface ApiServersDeps {
  /** By way of the Service or load balancer. */
  readonly api: Pick<KubeApi, 'get'>;
  /** One of them, with the same credential and CA. @param server `https://10.0.0.1:6443` */
  readonly open: (server: string) => Pick<KubeApi, 'get' | 'close'>;
}

export interface ApiServersView {
  readonly findings: readonly DriftFinding[];
  readonly unseen: readonly string[];
}

/** The Service `kubernetes`, whose endpoints every kube-apiserver keeps by itself. */
const SLICES =
  '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices?labelSelector=kubernetes.io%2Fservice-name%3Dkubernetes';
const MAX_SERVERS = 16;

/**
 * Asks every API server for its keys: where their key files differ, a load balancer shows now one set and now another, and
 * tokens of one server are refused by its neighbour.
 */
export async function lookAtApiServers(
  { api, open }: ApiServersDeps,
  signal?: AbortSignal,
): Promise<ApiServersView> {
  try {
    const servers = await listServers(api, signal);
    if (servers.length < 2) return { findings: [], unseen: [] };
    const sets = await Promise.all(
      servers.map(async (server) => ({ server, kids: await readKids(open(server), signal) })),
    );
    return { findings: describeDifference(sets), unseen: [] };
  } catch (error) {
    return { findings: [], unseen: [`the API servers one by one: ${describeError(error)}`] };
  }
}

async function listServers(api: Pick<KubeApi, 'get'>, signal: AbortSignal | undefined): Promise<string[]> {
  const { status, body } = await api.get(SLICES, { maxBytes: 1024 * 1024, ...(signal && { signal }) });
  if (status !== 200) throw toStatusError('list endpointslices', status, body);
  const reading = readJson(body);
  const items = reading.kind === 'read' && isRecord(reading.value) ? readMember(reading.value, 'items') : [];
  const servers = new Set(Array.isArray(items) ? items.flatMap(toServers) : []);
  return [...servers].slice(0, MAX_SERVERS);
}

function toServers(slice: unknown): string[] {
  if (!isRecord(slice)) return [];
  const [endpoints, ports] = [readMember(slice, 'endpoints'), readMember(slice, 'ports')];
  const first: unknown = Array.isArray(ports) ? ports[0] : undefined;
  const port = isRecord(first) ? readMember(first, 'port') : undefined;
  if (!Array.isArray(endpoints) || typeof port !== 'number') return [];
  return endpoints.flatMap((endpoint: unknown) => {
    const addresses = isRecord(endpoint) ? readMember(endpoint, 'addresses') : undefined;
    if (!Array.isArray(addresses)) return [];
    return addresses.filter((each) => typeof each === 'string').map((each) => toUrl(each, port));
  });
}

function toUrl(address: string, port: number): string {
  return `https://${address.includes(':') ? `[${address}]` : address}:${port}`;
}

async function readKids(
  api: Pick<KubeApi, 'get' | 'close'>,
  signal: AbortSignal | undefined,
): Promise<ReadonlySet<string>> {
  try {
    const source = createClusterSource(api, await readClusterIssuer(api, signal));
    const set = readKeySet((await source.readDocuments(signal)).jwks);
    return new Set(set.kind === 'keys' ? set.keys.map(({ kid }) => kid) : []);
  } finally {
    api.close();
  }
}

interface ServerKeys {
  readonly server: string;
  readonly kids: ReadonlySet<string>;
}

function describeDifference(servers: readonly ServerKeys[]): DriftFinding[] {
  const all = new Set(servers.flatMap(({ kids }) => [...kids]));
  const lacking = servers.filter(({ kids }) => kids.size < all.size).map(({ server }) => server);
  if (lacking.length === 0) return [];
  const what = `of ${servers.length} API servers, ${lacking.length} lack keys that others have`;
  return [toFinding('api-servers-differ', lacking.join(', '), what)];
}
