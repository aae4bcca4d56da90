import type { Identity } from './identity.ts';

/** Whether the Node authorizer has a say, beside RBAC (`nodeidentifier`). */
export function isNodeIdentity({ user, groups }: Identity): boolean {
  return user?.startsWith('system:node:') === true && groups.includes('system:nodes');
}
