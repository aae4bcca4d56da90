/**
 * The authenticator as its command makes it, with one user in its mappings. Says `ready` when it listens.
 * argv: port, certificate, key, port of the proxy, file with the authority of STS.
 */
import { readFileSync } from 'node:fs';
import { Registry } from 'prom-client';
import { createAuthenticator } from '../../../src/authenticator/create.ts';
import { DEFAULT_SETTINGS } from '../../../src/authenticator/settings.ts';
import { createSystemClock } from '../../../src/base/clock.ts';
import { createBodyBudget } from '../../../src/http/body-budget.ts';
import { listenOn } from '../../../src/http/listen.ts';
import { createLog } from '../../../src/http/log.ts';
import { createTlsServer } from '../../../src/http/server.ts';

const [port, certPath = '', keyPath = '', proxyPort, authorityPath = ''] = process.argv.slice(2);
const clock = createSystemClock();
const budget = 32 * 1024 * 1024;
const { door } = createAuthenticator(
  {
    ...DEFAULT_SETTINGS,
    clusterId: 'bench',
    partition: 'aws',
    stsAuthorities: [readFileSync(authorityPath, 'utf8')],
  },
  {
    log: createLog(0),
    registry: new Registry(),
    clock,
    readBody: createBodyBudget({ budget, patience: 15_000, clock, report: () => {} }).read,
    mapper: {
      map: () => ({
        kind: 'mapped',
        user: { username: 'bench', groups: ['benchers'] },
        origin: { backend: 'MountedFile', entry: 'mapUsers[0]' },
      }),
    },
    ownRegion: () => undefined,
    findProxy: () => ({ host: '127.0.0.1', port: Number(proxyPort), secure: false }),
  },
);
const pair = { cert: readFileSync(certPath, 'utf8'), key: readFileSync(keyPath, 'utf8') };
const server = createTlsServer({
  certificate: {
    current: () => ({ ...pair, notBefore: 0, notAfter: Number.POSITIVE_INFINITY }),
    onChange: () => {},
    stop: () => {},
  },
  tls: { minVersion: 'TLSv1.2', ciphers: [] },
  ...door.routing,
});
door.addRoutes(server.app);
await listenOn(server.app, { host: '127.0.0.1', port: Number(port) });
process.stdout.write('ready\n');
