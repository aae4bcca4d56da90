import type { Registry } from 'prom-client';
import type { Clock } from '../../base/clock.ts';
import type { KeptCertificate } from '../../certificates/knowledge.ts';
import type { ReadBody } from '../../http/body.ts';
import type { ClientTrust } from '../../http/client-trust.ts';
import type { Part } from '../../http/lifecycle.ts';
import type { Log } from '../../http/log.ts';
import type { ReadyCheck } from '../../http/ops.ts';
import type { Routing } from '../../http/routing.ts';
import type { HttpServer } from '../../http/server.ts';
import type { BudgetSettings } from '../../settings/budgets.ts';
import type { ClusterSettings } from '../../settings/cluster.ts';
import type { FlagTable } from '../../settings/pflag.ts';
import type { TlsSettings } from '../../settings/tls.ts';
import type { FlagCommand } from '../flag-command.ts';
import type { Watches } from './watches.ts';

/** A server, as a value: `runServerEntry` makes a command of it, `createServerProcess` a process of one or several. */
export interface ServerDescriptor<
  Flags extends FlagTable = FlagTable,
  Settings extends ServerSettings = ServerSettings,
> extends FlagCommand<Flags, Settings> {
  /** Loads what the server is made of. */
  load(): Promise<ServerMaker<Settings>>;
}

export interface ServerMaker<Settings extends ServerSettings> {
  /**
   * Sees to what the server finds at its start, such as a certificate of its own making.
   * @throws Error that says what to do
   */
  prepare?(settings: Settings, surroundings: Pick<ServerSurroundings, 'log' | 'clock'>): Promise<void>;
  /**
   * Makes the server; nothing listens yet.
   * @throws Error that says which file, credential or service is missing
   */
  create(settings: Settings, surroundings: ServerSurroundings): Promise<Server>;
}

/** What every server is told. Times in ms. */
export interface ServerSettings {
  readonly listen: {
    /** Of the door. */
    readonly host: string;
    readonly port: number;
    /** For probes and metrics; absent: `host`. */
    readonly opsHost?: string;
    readonly metricsPort: number;
    /** Where the port for probes cannot be had, the log says so and the server goes on without. */
    readonly opsOptional?: boolean;
  };
  /** undefined: plain HTTP */
  readonly tls: (TlsSettings & { readonly certificate: CertificateSettings }) | undefined;
  readonly budgets: BudgetSettings;
  readonly shutdownDelay: number;
  /** How long a source may be out of contact before it is degraded. */
  readonly staleAfter: number;
  readonly unreadyWhenDegraded: boolean;
  readonly verbosity: number;
  /** Sentences to log once at start. */
  readonly remarks: readonly string[];
}

/** Where the certificate of the door comes from. */
export type CertificateSettings =
  | { readonly kind: 'files'; readonly certPath: string; readonly keyPath: string }
  /** Made here, and kept in a Secret of this cluster. */
  | { readonly kind: 'kept'; readonly cluster: ClusterSettings; readonly kept: KeptCertificate };

/** What every server is made with. */
export interface ServerSurroundings {
  readonly log: Log;
  readonly registry: Registry;
  readonly clock: Clock;
  readonly watches: Watches;
  /** Reads within the server's budget for bodies. */
  readonly readBody: ReadBody;
}

/** What a server is made of, beside what every server has: certificate, ops port, process metrics, drain. */
export interface Server {
  readonly door: Door;
  /** What must hold before traffic is welcome, beside the certificate and not draining. */
  readonly checks: readonly ReadyCheck[];
  /** Start before the door opens, in order, and stop after it has closed. */
  readonly before: readonly Part[];
  /** Start once the door is open. */
  readonly after: readonly Part[];
}

/** What stands at the server's own port: the one that its callers know. */
export interface Door {
  readonly routing: Routing;
  /** Adds routes beside the direct ones. */
  readonly addRoutes?: (app: HttpServer['app']) => void;
  /** Which callers are known by their certificates, where there is TLS. */
  readonly clientTrust?: ClientTrust | undefined;
}
