/**
 * The ServiceAccount API of a made-up cluster, in a process of its own: `node stand-in-api.ts PORT COUNT`. Lists in
 * pages that were rendered beforehand, holds watches open, answers single reads. Plain HTTP on loopback.
 */
import { createServer, type ServerResponse } from 'node:http';
import { toAccount, toMetadata } from './accounts.ts';

const PAGE_SIZE = 500;
const BOOKMARK_INTERVAL = 30_000;
const COLLECTION = '/api/v1/serviceaccounts';
const PARTIAL = { apiVersion: 'meta.k8s.io/v1', kind: 'PartialObjectMetadata' };

type Form = 'full' | 'metadata';

const [port = 0, count = 0] = process.argv.slice(2).map(Number);
const resourceVersion = String(1_000 + count);
const items: Readonly<Record<Form, Buffer>>[] = [];

for (let start = 0; start < count; start += PAGE_SIZE) {
  const indexes = Array.from({ length: Math.min(PAGE_SIZE, count - start) }, (_, offset) => start + offset);
  items.push({
    full: renderItems(indexes, (index) => ({ metadata: toMetadata(index) })),
    metadata: renderItems(indexes, (index) => ({ ...PARTIAL, metadata: toMetadata(index) })),
  });
}

function renderItems(indexes: readonly number[], toItem: (index: number) => object): Buffer {
  return Buffer.from(indexes.map((index) => JSON.stringify(toItem(index))).join(','));
}

/** As the API server does, `resourceVersion=0` is answered whole, whatever the limit. */
function sendList(url: URL, form: Form, response: ServerResponse): void {
  const whole = url.searchParams.get('resourceVersion') === '0' || !url.searchParams.has('limit');
  const page = Number(url.searchParams.get('continue') ?? 0);
  const parts = whole ? items : items.slice(page, page + 1);
  const more = !whole && page + 1 < items.length;
  const list =
    form === 'metadata'
      ? { apiVersion: 'meta.k8s.io/v1', kind: 'PartialObjectMetadataList' }
      : { apiVersion: 'v1', kind: 'ServiceAccountList' };
  const metadata = { resourceVersion, ...(more && { continue: String(page + 1) }) };
  const head = JSON.stringify({ ...list, metadata }).slice(0, -1);
  const bodies = parts.flatMap((part, index) =>
    index === 0 ? [part[form]] : [Buffer.from(','), part[form]],
  );
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(Buffer.concat([Buffer.from(`${head},"items":[`), ...bodies, Buffer.from(']}')]));
}

function holdWatch(form: Form, response: ServerResponse): void {
  const object = form === 'metadata' ? PARTIAL : { apiVersion: 'v1', kind: 'ServiceAccount' };
  const bookmark = { type: 'BOOKMARK', object: { ...object, metadata: { resourceVersion } } };
  response.writeHead(200, { 'content-type': 'application/json' });
  response.flushHeaders();
  const timer = setInterval(() => response.write(`${JSON.stringify(bookmark)}\n`), BOOKMARK_INTERVAL);
  response.on('close', () => clearInterval(timer));
}

function sendOne(path: string, response: ServerResponse): void {
  const [, team = '-1', name = ''] =
    /^\/api\/v1\/namespaces\/team-(\d+)\/serviceaccounts\/service-(\d+)$/.exec(path) ?? [];
  const index = Number(team) * 20 + Number(name);
  if (index >= 0 && index < count) {
    send(response, 200, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: toMetadata(index) });
  } else {
    refuse(response, 404, 'NotFound');
  }
}

function refuse(response: ServerResponse, code: number, reason: string): void {
  send(response, code, {
    kind: 'Status',
    apiVersion: 'v1',
    status: 'Failure',
    reason,
    code,
    message: reason,
  });
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  const form: Form = request.headers.accept?.includes('as=PartialObjectMetadata') ? 'metadata' : 'full';
  if (url.pathname !== COLLECTION) return sendOne(url.pathname, response);
  const watch = /^(?:1|true)$/.test(url.searchParams.get('watch') ?? '');
  // A client that asks for a list as a watch falls back to an ordinary list when told that this is not understood.
  if (watch && url.searchParams.has('sendInitialEvents')) return refuse(response, 422, 'Invalid');
  if (watch) holdWatch(form, response);
  else sendList(url, form, response);
});

server.requestTimeout = 0;
server.listen(port, '127.0.0.1', () => {
  const last = count === 0 ? 'none' : `${toAccount(count - 1).namespace}/${toAccount(count - 1).name}`;
  console.log(`ready: ${count} accounts, the last is ${last}`);
});
