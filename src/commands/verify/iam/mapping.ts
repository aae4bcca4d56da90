import { parse } from 'yaml';
import type { CallerIdentity } from '../../../aws/caller-identity.ts';
import { ConfigurationError, toError } from '../../../base/errors.ts';
import { readTextFile } from '../../../base/text-file.ts';
import { isRecord } from '../../../json/record.ts';
import { createKubeApi } from '../../../kube/api.ts';
import { type ConfigMap, toConfigMap } from '../../../kube/objects.ts';
import { readAwsAuth } from '../../../mapping/aws-auth.ts';
import type { Backend } from '../../../mapping/backend.ts';
import { decideMapping } from '../../../mapping/chain.ts';
import type { BackendName, MappingDecision } from '../../../mapping/mapper.ts';
import { createMountedFile, readMountedMappings } from '../../../mapping/mounted-file.ts';
import { readReservedPrefixes } from '../../../mapping/reserved-prefixes.ts';
import { createSectionLookup } from '../../../mapping/section-lookup.ts';
import { keepSections, NO_SECTIONS } from '../../../mapping/sections.ts';
import { readKubectlCluster } from '../../../settings/cluster.ts';
import { createConfig } from '../../authenticator/config/config.ts';
import { readConfigFile } from '../../authenticator/config/config-file.ts';
import { findCluster } from '../../cluster.ts';
import type { IamVerifySettings } from './settings.ts';

/** Mappings as they are now, asked once. */
export interface Mappings {
  readonly backend: Backend;
  readonly reservedPrefixes: ReadonlyMap<BackendName, readonly string[]>;
}

/** @throws Error in one sentence where they cannot be read */
export async function loadMappings(
  { mapping, kubeconfig, ssoRoleMatch }: IamVerifySettings,
  env: NodeJS.ProcessEnv,
): Promise<Mappings> {
  if (mapping === 'cluster') return toAwsAuth(await readClusterMap(kubeconfig, env), ssoRoleMatch);
  const manifest = await readManifest(mapping);
  if (manifest !== undefined) return toAwsAuth(manifest, ssoRoleMatch);
  return readServerFile(mapping, ssoRoleMatch);
}

export async function decide(
  identity: CallerIdentity,
  { backend, reservedPrefixes }: Mappings,
): Promise<MappingDecision> {
  const findNodeName = (): Promise<never> =>
    Promise.reject(new Error('EC2 is not asked here; the server asks it for the name of the node'));
  return await decideMapping([backend], identity, { reservedPrefixes, findNodeName });
}

const MAX_BYTES = 4 * 1024 * 1024;

/** @returns undefined where the file is something else */
async function readManifest(path: string): Promise<ConfigMap | undefined> {
  if (!/\.(?:ya?ml|json)$/i.test(path)) return undefined;
  try {
    const document: unknown = parse(await readTextFile(path, MAX_BYTES), { uniqueKeys: false });
    const isConfigMap = isRecord(document) && document['kind'] === 'ConfigMap';
    return isConfigMap ? toConfigMap(document, () => {}) : undefined;
  } catch (cause) {
    throw new ConfigurationError(`--mapping: ${toError(cause).message.split('\n')[0]}`, { cause });
  }
}

function readServerFile(path: string, ssoRoleMatch: boolean): Mappings {
  try {
    const config = createConfig(readConfigFile(path));
    const mounted = readMountedMappings({
      mapRoles: config.find('server.mapRoles'),
      mapUsers: config.find('server.mapUsers'),
      mapAccounts: config.find('server.mapAccounts'),
    });
    const { prefixes } = readReservedPrefixes(config.find('server.reservedPrefixConfig'));
    return { backend: createMountedFile(mounted, ssoRoleMatch), reservedPrefixes: prefixes };
  } catch (cause) {
    throw new ConfigurationError(`--mapping: ${toError(cause).message}`, { cause });
  }
}

function toAwsAuth({ data }: Pick<ConfigMap, 'data'>, permissionSets: boolean): Mappings {
  const sections = keepSections(NO_SECTIONS, readAwsAuth(data));
  const { find } = createSectionLookup(sections, { by: 'typed', permissionSets });
  return { backend: { name: 'EKSConfigMap', find }, reservedPrefixes: new Map() };
}

const PATH = '/api/v1/namespaces/kube-system/configmaps/aws-auth';

async function readClusterMap(
  kubeconfig: string | undefined,
  env: NodeJS.ProcessEnv,
): Promise<Pick<ConfigMap, 'data'>> {
  const problems: string[] = [];
  const cluster = readKubectlCluster(kubeconfig, env, problems);
  if (problems.length > 0) throw new ConfigurationError(problems.join('; '));
  const api = createKubeApi(await findCluster(cluster));
  try {
    const { status, body } = await api.get(PATH);
    if (status === 404) return {};
    if (status !== 200)
      throw new Error(`the API server does not hand out aws-auth (HTTP ${status}): allow get of it`);
    return toConfigMap(JSON.parse(body), () => {}) ?? {};
  } finally {
    api.close();
  }
}
