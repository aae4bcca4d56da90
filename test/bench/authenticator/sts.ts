/**
 * STS for the bench, over HTTP/1.1 alone, behind a proxy that opens tunnels to it: that is how both programs can be sent
 * here. Says `ready` when it listens. argv: port of the proxy, certificate, key. `GET /count` of the proxy tells how many
 * calls there were, `GET /stall` keeps all later ones waiting, `GET /run` ends that.
 */
import { readFileSync } from 'node:fs';
import { createServer as createProxy } from 'node:http';
import { createServer } from 'node:https';

const [port, certPath = '', keyPath = ''] = process.argv.slice(2);
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
const sts = createServer(
  { cert: readFileSync(certPath), key: readFileSync(keyPath), keepAliveTimeout: 60_000 },
  (_request, response) => {
    calls += 1;
    if (!stalled) response.writeHead(200, HEADERS).end(BODY);
  },
);
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
