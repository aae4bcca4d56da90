import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';

/** What is known of a webhook from its configuration. */
export interface WebhookAddress {
  /** `https://127.0.0.1:PORT/PATH` */
  readonly url: string;
  /** PEM: whom to trust, and nobody else. */
  readonly caBundle: string;
}

export interface ReviewCall {
  /** ms */
  readonly timeout: number;
  readonly userAgent: string;
}

/**
 * Posts a review as kube-apiserver does, deadline in the URL included.
 * @returns the answer's text
 * @throws Error where no HTTP 200 comes back in time, over a connection that the authority vouches for
 */
export function postReview(
  { url, caBundle }: WebhookAddress,
  review: object,
  { timeout, userAgent }: ReviewCall,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const body = JSON.stringify(review);
    const outgoing = request(
      `${url}?timeout=${timeout / 1_000}s`,
      {
        method: 'POST',
        // A connection that is kept would make the webhook wait for it when it stops.
        agent: false,
        ca: caBundle,
        headers: {
          accept: 'application/json, */*',
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
          'user-agent': userAgent,
        },
        timeout,
      },
      (incoming) => readText(incoming).then(resolve, reject),
    );
    outgoing.on('timeout', () => outgoing.destroy(new Error(`${url}: no answer for ${timeout / 1_000} s`)));
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
