import type { IncomingMessage } from 'node:http';
import type { Registry } from 'prom-client';
import type { Clock } from '../base/clock.ts';
import type { ReadBody } from '../http/body.ts';
import type { Part } from '../http/lifecycle.ts';
import type { Log } from '../http/log.ts';
import type { Routing } from '../http/routing.ts';
import type { HttpServer } from '../http/server.ts';
import type { Mapper } from '../mapping/mapper.ts';
import { createAudit } from './audit.ts';
import { createAuthenticate } from './authenticate.ts';
import { type AuthenticatorMetrics, createAuthenticatorMetrics, type MetricSources } from './metrics.ts';
import { createAuthenticateHandler } from './routes.ts';
import type { AuthenticatorSettings } from './settings.ts';
import { createGate, type GateLimits } from './sts/gate.ts';
import { createGateWatch } from './sts/gate-watch.ts';
import { createHttpsTransport, type HttpsTransportOptions } from './sts/https-transport.ts';
import { createIdentify } from './sts/identify.ts';
import { createKnownKeys } from './sts/known-keys.ts';
import { createHostTable } from './token/hosts.ts';

export interface AuthenticatorDeps extends Pick<HttpsTransportOptions, 'findProxy' | 'locate'> {
  readonly log: Log;
  readonly registry: Registry;
  readonly clock: Clock;
  readonly readBody: ReadBody;
  readonly mapper: Mapper;
  /** The region that the server runs in, once that is known. */
  readonly ownRegion: () => string | undefined;
  /** Who may ask; absent: everybody who reaches the door. */
  readonly mayCall?: ((request: IncomingMessage) => boolean) | undefined;
}

/** What a server is made of: its door, and what ends with it. */
export interface Authenticator {
  readonly door: { readonly routing: Routing; readonly addRoutes: (app: HttpServer['app']) => void };
  /** Ends the connections to STS. */
  readonly part: Part;
}

/** Calls that may wait for a place. A token is 16 KiB at most. */
const MAX_WAITING = 2_048;
/** ms that one may wait. */
const PATIENCE = 2_000;

/**
 * Makes `/authenticate`, `/healthz` and `/metrics`.
 * @throws Error where the cluster ID cannot be sent in a header
 */
export function createAuthenticator(settings: AuthenticatorSettings, deps: AuthenticatorDeps): Authenticator {
  checkClusterId(settings.clusterId);
  const { registry, clock, log, readBody, mayCall } = deps;
  const pieces: { sources?: MetricSources } = {};
  const metrics = createAuthenticatorMetrics(registry, () => pieces.sources ?? NOTHING);
  const { identify, welcome, stop, counts } = createStsSide(settings, deps, metrics);
  const authenticate = createAuthenticate({
    check: { maxLength: settings.maxTokenLength, findHost: toHostTable(settings, deps) },
    identify,
    keep: Math.min(settings.tokenCache, 60_000),
    now: clock.now,
    welcome,
    mapper: deps.mapper,
    scrubbedAccounts: new Set(settings.scrubbedAccounts),
  });
  pieces.sources = { ...counts, kept: authenticate.kept };
  const handler = createAuthenticateHandler({
    readBody,
    authenticate,
    maxTokenLength: settings.maxTokenLength,
    audiences: new Set(settings.audiences),
    compatStatusCodes: settings.compatStatusCodes,
    mayCall,
    metrics,
    audit: createAudit(log, clock.now),
    monotonic: () => performance.now(),
  });
  return {
    door: {
      routing: { direct: new Map([['/authenticate', handler]]) },
      addRoutes(app) {
        app.get('/healthz', async () => 'ok');
        app.get('/metrics', async (_request, reply) =>
          reply.type(registry.contentType).send(await registry.metrics()),
        );
      },
    },
    part: { name: 'sts', start: async () => {}, stop },
  };
}

const NOTHING: MetricSources = {
  inFlight: () => 0,
  waiting: () => 0,
  openCircuits: () => 0,
  kept: () => 0,
};

/** The value of a header, and to the letter: what one side trims the other would sign. */
function checkClusterId(clusterId: string): void {
  if (/^[!-~](?:[ -~]{0,253}[!-~])?$/.test(clusterId) && !clusterId.includes('  ')) return;
  throw new Error(
    `the cluster ID has ${clusterId.length} characters, and has to be 1 to 255 of printable ASCII, without blanks at its ends or two in a row: give the one that tokens are made for`,
  );
}

function toHostTable({ partition, extraHosts }: AuthenticatorSettings, { ownRegion }: AuthenticatorDeps) {
  return createHostTable({ partition, extraHosts, ownRegion });
}

function createStsSide(
  { clusterId, partition, maxCalls, stsAuthorities }: AuthenticatorSettings,
  { clock, findProxy, locate }: AuthenticatorDeps,
  metrics: AuthenticatorMetrics,
) {
  const now = (): number => performance.now();
  const limits = toLimits(maxCalls);
  const known = createKnownKeys();
  const gate = createGate(limits, { now, isKnown: (key) => known.has(key, now()) });
  const watch = createGateWatch(gate, clock);
  const transport = createHttpsTransport({
    clusterId,
    authorities: stsAuthorities,
    findProxy,
    maxSockets: limits.perHost,
    locate,
  });
  const identify = createIdentify({
    transport: transport.call,
    gate,
    watchGate: watch.watch,
    partition,
    now,
    report: { call: metrics.stsCall },
  });
  return {
    identify,
    counts: { inFlight: gate.inFlight, waiting: gate.waiting, openCircuits: identify.openCircuits },
    welcome(key: string) {
      known.add(key, now());
      gate.promote(key);
    },
    async stop() {
      watch.stop();
      transport.close();
    },
  };
}

function toLimits(total: number): GateLimits {
  return {
    total,
    perHost: Math.max(2, Math.floor(total / 2)),
    perKey: Math.max(2, Math.floor(total / 4)),
    waiting: MAX_WAITING,
    patience: PATIENCE,
  };
}
