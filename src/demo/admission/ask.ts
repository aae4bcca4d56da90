import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';

/** What is known of the webhook from its configuration. */
export interface WebhookAddress {
  /** `https://127.0.0.1:PORT/mutate` */
  readonly url: string;
  /** PEM: whom to trust, and nobody else. */
  readonly caBundle: string;
}

/** ms; kube-apiserver's own patience where a configuration does not say. */
const TIMEOUT = 10_000;

/**
 * Posts a review as kube-apiserver does, deadline in the URL included.
 * @throws Error where no HTTP 200 comes back in time, over a connection that the authority vouches for
 */
export function askWebhook({ url, caBundle }: WebhookAddress, review: object): Promise<string> {
  return new Promise((resolve, reject) => {
    const body = JSON.stringify(review);
    const outgoing = request(
      `${url}?timeout=${TIMEOUT / 1_000}s`,
      {
        method: 'POST',
        // A connection that is kept would make the webhook wait for it when it stops.
        agent: false,
        ca: caBundle,
        headers: {
          accept: 'application/json, */*',
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
          'user-agent': 'kube-apiserver-admission',
        },
        timeout: TIMEOUT,
      },
      (incoming) => readText(incoming).then(resolve, reject),
    );
    outgoing.on('timeout', () => outgoing.destroy(new Error(`${url}: no answer for ${TIMEOUT / 1_000} s`)));
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

async function readText(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  if (incoming.statusCode !== 200) throw new Error(`the webhook answered with HTTP ${incoming.statusCode}`);
  return Buffer.concat(chunks).toString('utf8');
}
