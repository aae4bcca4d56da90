import { createServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Authority } from '../certificates.ts';
import type { Pod } from './objects.ts';

/** What a webhook is asked. */
export interface Review {
  readonly apiVersion: string;
  readonly request: { readonly uid: string; readonly object: Pod };
}

/** A small webhook that lives in the test's own process. */
export interface AdmissionServer {
  readonly url: string;
  readonly caBundle: string;
  /** Every exchange so far, as texts. */
  readonly exchanges: readonly { readonly asked: string; readonly answered: string }[];
  stop(): Promise<void>;
}

/** Starts a webhook that answers every review with the text that `answer` makes of the request's text. */
export async function startAdmissionServer(
  authority: Authority,
  answer: (asked: string) => string | Promise<string>,
): Promise<AdmissionServer> {
  const { certificate, key } = authority.issue({ names: ['127.0.0.1'] });
  const exchanges: { asked: string; answered: string }[] = [];
  const server = createServer({ cert: certificate, key }, (incoming, outgoing) => {
    const respond = async () => {
      const asked = await readText(incoming);
      const answered = await answer(asked);
      exchanges.push({ asked, answered });
      outgoing.setHeader('content-type', 'application/json').end(answered);
    };
    respond().catch((error: unknown) => outgoing.writeHead(500).end(String(error)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A server that listens on a TCP port has an address of this shape.
  const { port } = server.address() as AddressInfo;
  return {
    url: `https://127.0.0.1:${port}/`,
    caBundle: authority.certificate,
    exchanges,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Answers a review with a JSON patch. */
export function answerWithPatch(asked: string, toPatch: (pod: Pod) => readonly unknown[]): string {
  // The API server sends nothing else here; a wrong shape fails the call, and so the test.
  const review = JSON.parse(asked) as Review;
  const patch = Buffer.from(JSON.stringify(toPatch(review.request.object))).toString('base64');
  const response = { uid: review.request.uid, allowed: true, patchType: 'JSONPatch', patch };
  return JSON.stringify({ apiVersion: review.apiVersion, kind: 'AdmissionReview', response });
}

/** Passes a review on to another webhook: put in between, {@link AdmissionServer.exchanges} shows the wire. */
export function forwardTo(url: string, ca: string): (asked: string) => Promise<string> {
  return (asked) =>
    new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/json' };
      const outgoing = request(url, { method: 'POST', ca, headers, agent: false }, (incoming) => {
        readText(incoming).then(resolve, reject);
      });
      outgoing.on('error', reject);
      outgoing.end(asked);
    });
}

async function readText(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
