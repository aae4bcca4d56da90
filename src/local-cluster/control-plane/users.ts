import { randomUUID } from 'node:crypto';
import type { ApiAccess } from '../../kube/access.ts';

/** Who may call the API server, and how: three users, each with a token that exists only here. */
export interface Users {
  /** The text of `--token-auth-file`. */
  readonly tokenFile: string;
  /** Access as the administrator. */
  readonly administrator: ApiAccess;
  toKubeconfig(user: UserName): string;
}

/** Webhook and issuer run as users of their own, which may do what our manifests grant them and no more. */
export const WEBHOOK_USER = 'iam-bridge';
export const ISSUER_USER = 'iam-bridge-issuer';
export const ADMINISTRATOR_USER = 'demo-administrator';
export type UserName = typeof WEBHOOK_USER | typeof ISSUER_USER | typeof ADMINISTRATOR_USER;

/**
 * @param server `https://127.0.0.1:PORT`
 * @param ca PEM
 */
export function createUsers(server: string, ca: string): Users {
  const tokens = {
    [ADMINISTRATOR_USER]: randomUUID(),
    [WEBHOOK_USER]: randomUUID(),
    [ISSUER_USER]: randomUUID(),
  };
  return {
    tokenFile:
      `${tokens[ADMINISTRATOR_USER]},${ADMINISTRATOR_USER},${ADMINISTRATOR_USER},"system:masters"\n` +
      `${tokens[WEBHOOK_USER]},${WEBHOOK_USER},${WEBHOOK_USER}\n` +
      `${tokens[ISSUER_USER]},${ISSUER_USER},${ISSUER_USER}\n`,
    administrator: {
      server,
      ca,
      authorization: async () => `Bearer ${tokens[ADMINISTRATOR_USER]}`,
      notes: [],
    },
    toKubeconfig(user) {
      const certificate = Buffer.from(ca).toString('base64');
      return JSON.stringify({
        apiVersion: 'v1',
        kind: 'Config',
        'current-context': 'demo',
        contexts: [{ name: 'demo', context: { cluster: 'demo', user } }],
        clusters: [{ name: 'demo', cluster: { server, 'certificate-authority-data': certificate } }],
        users: [{ name: user, user: { token: tokens[user] } }],
      });
    },
  };
}
