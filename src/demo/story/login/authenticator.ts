import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Authority } from '../../../http/self-signed.ts';
import type { Folder } from '../../../local-cluster/cleanup.ts';
import type { StoryDeps } from '../../run.ts';
import { type RunningAuthenticator, toAuthenticatorCommands } from '../../servers.ts';
import { ALICE, type PeopleSts, REGION, STS_HOST, startPeopleSts } from './people.ts';

export const CLUSTER_ID = 'demo';

/** The user that alice is in the cluster. */
export const MAPPED = { username: 'alice', groups: ['demo:viewers'] } as const;

/** As aws-iam-authenticator reads it. */
const CONFIG = stringify({
  clusterID: CLUSTER_ID,
  server: { mapUsers: [{ userarn: ALICE, ...MAPPED }] },
});

/** Where people log in. */
export interface Entrance {
  readonly authenticator: RunningAuthenticator;
  readonly sts: PeopleSts;
}

/** Starts an STS that knows two users, and an authenticator whose mappings know one of them. */
export async function showAuthenticator(
  { authority, folder }: { readonly authority: Authority; readonly folder: Folder },
  deps: Pick<StoryDeps, 'startAuthenticator' | 'cleanup' | 'clock'>,
) {
  const sts = await startPeopleSts({ authority, folder }, deps);
  const authenticator = await deps.startAuthenticator({
    configPath: await folder.write('config.yaml', CONFIG),
    stateFolder: join(folder.path, 'state'),
    webhookKubeconfig: join(folder.path, 'webhook.yaml'),
    region: REGION,
    stsAddress: `127.0.0.1:${sts.port}`,
    stsAuthorityPath: await folder.write('sts.crt', authority.cert),
  });
  deps.cleanup.add(authenticator.stop);
  const entrance: Entrance = { authenticator, sts };
  return {
    entrance,
    text: [
      `It says who the bearer of a token is: STS names the IAM principal, the mappings name the user. STS is the local one again, by the name ${STS_HOST} and over TLS. kube-apiserver finds the authenticator by webhook.yaml, which it has written itself: --authentication-token-webhook-config-file=webhook.yaml.`,
    ],
    commands: [
      { command: 'cat config.yaml', output: CONFIG.trimEnd().split('\n') },
      ...toAuthenticatorCommands(authenticator, { host: STS_HOST, port: sts.port }, folder.path),
    ],
  };
}
