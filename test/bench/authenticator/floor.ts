/**
 * The least that refusing a token can cost on Node: `node floor.ts PORT CERT KEY`. Parses the review, looks at the
 * token's prefix, answers. No checks, no limits, no metrics, no log.
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';

const [port, certPath = '', keyPath = ''] = process.argv.slice(2);

interface Review {
  readonly apiVersion: string;
  readonly spec: { readonly token: string };
}

createServer({ cert: readFileSync(certPath), key: readFileSync(keyPath) }, (request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const { apiVersion, spec } = JSON.parse(Buffer.concat(chunks).toString()) as Review;
    const authenticated = spec.token.startsWith('k8s-aws-v1.');
    const text = JSON.stringify({ apiVersion, kind: 'TokenReview', status: { authenticated } });
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': text.length }).end(text);
  });
}).listen(Number(port), '127.0.0.1', () => process.stdout.write('ready\n'));
