import { stringify } from 'yaml';
import type { Authority } from '../../../http/self-signed.ts';
import type { Folder } from '../../../local-cluster/cleanup.ts';
import type { StoryDeps } from '../../run.ts';
import type { Entrance } from './authenticator.ts';
import { LOGINS, type LoginCase } from './cases.ts';
import { GET_TOKEN, signToken, toEnvironment } from './get-token.ts';

export interface KubeconfigFacts extends Pick<Entrance, 'sts'>, Pick<StoryDeps, 'program' | 'clock'> {
  /** `https://127.0.0.1:PORT` */
  readonly server: string;
  /** Signed the API server's certificate. */
  readonly authority: Pick<Authority, 'cert'>;
  readonly folder: Folder;
}

/** A kubeconfig with a user for each login of the story, by the name of {@link toKubeconfigUser}. */
export function renderKubeconfig({ server, authority, ...facts }: KubeconfigFacts): string {
  const cluster = { server, 'certificate-authority-data': Buffer.from(authority.cert).toString('base64') };
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'demo', cluster }],
    contexts: [{ name: 'demo', context: { cluster: 'demo', user: 'alice' } }],
    'current-context': 'demo',
    users: LOGINS.map((shown) => ({ name: toKubeconfigUser(shown), user: toCredentials(shown, facts) })),
  });
}

export function toKubeconfigUser({ signer, age }: Pick<LoginCase, 'signer' | 'age'>): string {
  return age === undefined ? signer : `${signer}-expired`;
}

function toCredentials(
  { signer, age }: LoginCase,
  { program, folder, sts, clock }: Omit<KubeconfigFacts, 'server' | 'authority'>,
): object {
  const keys = sts.signers[signer];
  if (age !== undefined) return { token: signToken(keys, clock.now() - age) };
  const [command, ...words] = program;
  const environment = Object.entries(toEnvironment(keys, folder));
  return {
    exec: {
      apiVersion: 'client.authentication.k8s.io/v1',
      command,
      args: [...words, ...GET_TOKEN],
      env: environment.map(([name, value]) => ({ name, value })),
      interactiveMode: 'Never',
    },
  };
}
