import type { Readable } from 'node:stream';
import { ConfigurationError, describeError } from '../../base/errors.ts';
import { readTextFile } from '../../base/text-file.ts';
import { parseDocuments, SNAPSHOT_LIMIT } from '../../rbac/read/documents.ts';
import { listItems } from '../../rbac/read/items.ts';

/**
 * The documents of `--snapshot`.
 * @throws ConfigurationError in one sentence
 */
export async function readSnapshotFile(path: string, input: Readable): Promise<readonly unknown[]> {
  const name = path === '-' ? 'standard input' : path;
  const text = await readTextFile(path, SNAPSHOT_LIMIT, input).catch((cause: unknown) => {
    throw new ConfigurationError(`--snapshot: ${describeError(cause)}`, { cause });
  });
  const documents = await parse(text, name);
  // An empty answer to every question would look like the truth.
  if (!documents.some(holdsRbac)) throw new ConfigurationError(`--snapshot: ${name} holds no RBAC: ${HOW}`);
  return documents;
}

const HOW =
  'write one by iam-bridge snapshot -o FILE, or kubectl get clusterroles,clusterrolebindings,roles,rolebindings,serviceaccounts,namespaces -A -o json';

async function parse(text: string, name: string): Promise<readonly unknown[]> {
  try {
    return await parseDocuments(text);
  } catch (cause) {
    throw new ConfigurationError(`--snapshot: ${name}: ${describeError(cause)}`, { cause });
  }
}

function holdsRbac(document: unknown): boolean {
  const items = listItems([document], () => {});
  return items.some(({ apiVersion }) => apiVersion.startsWith('rbac.authorization.k8s.io/'));
}
