import type { Authority } from '../../http/self-signed.ts';
import type { Folder } from '../../local-cluster/cleanup.ts';
import { toIssuerCommands } from '../issuer.ts';
import type { StepResult } from '../report.ts';
import type { StoryDeps } from './deps.ts';

export interface IssuerPlace {
  /** `https://127.0.0.1:PORT` */
  readonly issuer: string;
  readonly clusterFlags: readonly string[];
  readonly authority: Authority;
  readonly folder: Folder;
}

/** Makes the cluster's issuer public, as far as this machine goes. */
export async function showIssuer(
  { issuer, clusterFlags, authority, folder }: IssuerPlace,
  { startIssuer, cleanup }: Pick<StoryDeps, 'startIssuer' | 'cleanup'>,
): Promise<StepResult> {
  const { cert, key } = await authority.issue();
  await folder.write('ca.crt', authority.cert);
  const running = await startIssuer({
    issuer,
    clusterFlags,
    certPath: await folder.write('issuer.crt', cert),
    keyPath: await folder.write('issuer.key', key),
  });
  cleanup.add(running.stop);
  return {
    text: [
      `The cluster signs its tokens as ${issuer}. The issuer reads the public keys from the cluster's API and shows them there to everybody, which is how AWS STS can tell a token of this cluster from any other.`,
    ],
    commands: toIssuerCommands(running, issuer, folder.path),
  };
}
