import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Authority } from '../certificates.ts';
import type { Workspace } from '../workspace.ts';
import { createKubeClient, type KubeClient } from './kube-client.ts';

/** Who may do anything. */
export const ADMINISTRATOR = 'e2e-administrator';

interface AccessOptions {
  readonly workspace: Workspace;
  readonly authority: Authority;
  readonly users: readonly string[];
}

/** Who may call the API server, and with which token. */
export interface Access {
  /** The lines of `--token-auth-file`. */
  readonly users: string;
  createClient(server: string): KubeClient;
  writeKubeconfig(user: string, server: string): string;
}

export function createAccess({ workspace, authority, users }: AccessOptions): Access {
  const tokens = new Map([ADMINISTRATOR, ...users].map((user) => [user, randomUUID()]));
  const toGroups = (user: string) => (user === ADMINISTRATOR ? ',"system:masters"' : '');
  const findToken = (user: string) => tokens.get(user) ?? '';
  return {
    users: [...tokens].map(([user, token]) => `${token},${user},${user}${toGroups(user)}\n`).join(''),
    createClient: (server) =>
      createKubeClient({ server, ca: authority.certificate, token: findToken(ADMINISTRATOR) }),
    writeKubeconfig: (user, server) => {
      const path = toKubeconfigPath(workspace, user);
      const certificate = Buffer.from(authority.certificate).toString('base64');
      const config = {
        apiVersion: 'v1',
        kind: 'Config',
        'current-context': 'e2e',
        contexts: [{ name: 'e2e', context: { cluster: 'e2e', user } }],
        clusters: [{ name: 'e2e', cluster: { server, 'certificate-authority-data': certificate } }],
        users: [{ name: user, user: { token: findToken(user) } }],
      };
      return workspace.write(path.slice(workspace.folder.length + 1), JSON.stringify(config, null, 2));
    },
  };
}

export function toKubeconfigPath(workspace: Workspace, user: string): string {
  return join(workspace.folder, `${user}.kubeconfig`);
}
