/**
 * STS for the bench, behind a proxy that opens tunnels to it: that is how both programs can be sent here. Says `ready` when
 * it listens. argv: port of the proxy, certificate, key, and `h2` where it is to speak HTTP/2 in place of HTTP/1.1, which is
 * all that STS speaks. `GET /count` of the proxy tells how many calls there were, `GET /stall` keeps all later ones waiting,
 * `GET /run` ends that.
 */
import { readFileSync } from 'node:fs';
import { createServer as createProxy, type OutgoingHttpHeaders } from 'node:http';
import { createSecureServer } from 'node:http2';
import { createServer } from 'node:https';

const [port, certPath = '', keyPath = '', protocol = 'http/1.1'] = process.argv.slice(2);
const RESULT = {
  Account: '111122223333',
  Arn: 'arn:aws:iam::111122223333:user/bench',
  UserId: 'AIDABENCHBENCHBENCH0',
};
const BODY = JSON.stringify({
  GetCallerIdentityResponse: {
    GetCallerIdentityResult: RESULT,
    ResponseMetadata: { RequestId: '01234567-89ab-cdef-0123-456789abcdef' },
  },
});
const HEADERS = { 'content-type': 'application/json', 'content-length': BODY.length };

let calls = 0;
let stalled = false;

/** What both protocols have of an answer. */
interface Answer {
  writeHead(status: number, headers: OutgoingHttpHeaders): this;
  end(text: string): unknown;
}

function answer(_request: unknown, response: Answer): void {
  calls += 1;
  if (!stalled) response.writeHead(200, HEADERS).end(BODY);
}

const pair = { cert: readFileSync(certPath), key: readFileSync(keyPath) };
const sts =
  protocol === 'h2'
    ? createSecureServer(pair, answer)
    : createServer({ ...pair, keepAliveTimeout: 60_000 }, answer);
const proxy = createProxy(({ url }, response) => {
  if (url === '/stall') stalled = true;
  if (url === '/run') stalled = false;
  response.end(String(calls));
});
proxy.on('connect', (_request, socket) => {
  socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
  sts.emit('connection', socket);
});
proxy.listen(Number(port), '127.0.0.1', () => process.stdout.write('ready\n'));
