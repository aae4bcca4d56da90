import type { KubeApi } from './api.ts';
import { ListExpiredError, listPages } from './list.ts';

export interface CollectRequest {
  readonly api: Pick<KubeApi, 'get'>;
  /** Without a query, such as `/apis/rbac.authorization.k8s.io/v1/roles`. */
  readonly path: string;
  readonly signal?: AbortSignal | undefined;
  readonly accept?: string;
}

/** As often is a list begun again whose pages the server forgot: it does so after some minutes. */
const ATTEMPTS = 3;
/** More than any cluster has of one kind; a server without an end is stopped. */
const MOST_OBJECTS = 500_000;

/**
 * All objects of a collection, as one consistent snapshot, read in pages. Where the server forgets the snapshot in the
 * middle (410), the list begins again, and nothing of the pages before is kept.
 * @throws ApiStatusError where the server refuses, ListExpiredError where it forgets again and again, Error where there
 *   are more than half a million or the server cannot be reached
 */
export async function collectObjects(request: CollectRequest): Promise<readonly unknown[]> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await collectOnce(request);
    } catch (error) {
      if (attempt === ATTEMPTS || !(error instanceof ListExpiredError)) throw error;
    }
  }
}

async function collectOnce({
  api,
  path,
  signal = new AbortController().signal,
  accept = 'application/json',
}: CollectRequest): Promise<readonly unknown[]> {
  const objects: unknown[] = [];
  await listPages({ api, path, accept, signal }, (items) => {
    if (objects.length + items.length > MOST_OBJECTS)
      throw new Error(`list ${path}: more than ${MOST_OBJECTS} objects`);
    for (const item of items) objects.push(item);
  });
  return objects;
}
