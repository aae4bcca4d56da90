import { parseJson } from '../json/parse.ts';
import { isRecord } from '../json/record.ts';
import type { KubeApi } from './api.ts';
import { ApiStatusError, toStatusError } from './errors.ts';

const PAGE_SIZE = 500;

export interface ListRequest {
  readonly api: Pick<KubeApi, 'get'>;
  /** Without a query, such as `/api/v1/serviceaccounts`. */
  readonly path: string;
  readonly fieldSelector?: string | undefined;
  readonly accept: string;
  readonly signal: AbortSignal;
}

/** The server has forgotten the snapshot that the pages are taken from: the list has to begin again. */
export class ListExpiredError extends Error {
  override readonly name = 'ListExpiredError';
}

/**
 * Reads a collection page by page, as one consistent snapshot (no resourceVersion is asked for).
 * @param onPage takes the parsed items; the page is given up before the next is asked for
 * @returns the resourceVersion of the snapshot, to watch from
 * @throws ListExpiredError, ApiStatusError, or Error where the answer is no list
 */
export async function listPages(request: ListRequest, onPage: OnPage): Promise<string> {
  const first = await deliverPage(request, '', onPage);
  let token = first.token;
  while (token !== '') {
    const next = await deliverPage(request, token, onPage);
    if (next.token === token)
      throw new Error(`list ${request.path}: the server repeats the same continue token`);
    token = next.token;
  }
  return first.resourceVersion;
}

type OnPage = (items: readonly unknown[]) => void;

interface PageEnd {
  readonly resourceVersion: string;
  /** '' after the last page */
  readonly token: string;
}

/** A function of its own, so that nothing of a page is referenced while the next one is under way. */
async function deliverPage(request: ListRequest, token: string, onPage: OnPage): Promise<PageEnd> {
  const { api, accept, signal } = request;
  const { status, body, retryAfterMs } = await api.get(toListUrl(request, token), { accept, signal });
  if (status === 410 && token !== '')
    throw new ListExpiredError(`list ${request.path}: the continue token expired`);
  if (status !== 200) throw toStatusError(`list ${request.path}`, status, body, retryAfterMs);
  const { items, ...end } = parsePage(request.path, body);
  onPage(items);
  return end;
}

function toListUrl({ path, fieldSelector }: ListRequest, token: string): string {
  const query = new URLSearchParams({ limit: String(PAGE_SIZE) });
  if (fieldSelector !== undefined) query.set('fieldSelector', fieldSelector);
  if (token !== '') query.set('continue', token);
  return `${path}?${query}`;
}

/** Strict about the frame: an empty object taken for an empty list would forget every account. */
function parsePage(path: string, body: string): PageEnd & { readonly items: readonly unknown[] } {
  const list = parseJson(body);
  if (list === undefined) throw new Error(`list ${path}: the answer is not JSON (${body.length} characters)`);
  const metadata = isRecord(list) ? list['metadata'] : undefined;
  const resourceVersion = isRecord(metadata) ? metadata['resourceVersion'] : undefined;
  // Go writes an empty list as null in places.
  const items = isRecord(list) ? (list['items'] === null ? [] : list['items']) : undefined;
  if (
    !isRecord(metadata) ||
    typeof resourceVersion !== 'string' ||
    resourceVersion === '' ||
    !Array.isArray(items)
  ) {
    throw new ApiStatusError(`list ${path}: the answer is no Kubernetes list`, 200);
  }
  const token = metadata['continue'];
  return { items, resourceVersion, token: typeof token === 'string' ? token : '' };
}
