/** Whoever holds connections: one remote address. */
export interface Holder {
  readonly address: string;
  connections: number;
  /** Of these, without an accepted certificate. */
  anonymous: number;
}

/** A connection as the ledger knows it. */
export interface HeldConnection {
  readonly holder: Holder;
  readonly close: () => void;
  /** When it last had an answer, else when it was opened: a place in the order of all that happened. */
  used: number;
  /** Its caller has shown a certificate that is accepted. */
  certified: boolean;
}

export interface ConnectionLedgerOptions {
  /** How many connections there may be, 1 at least. */
  readonly limit: number;
  /** @param address that lost a connection */
  readonly evicted: (address: string) => void;
}

/**
 * Who holds how many connections of a limited number. Nobody is refused: whoever holds most of them loses the one that
 * has gone longest without an answer. Pure accounting, and nothing is looked for before the limit is reached.
 */
export class ConnectionLedger {
  readonly #options: ConnectionLedgerOptions;
  readonly #connections = new Set<HeldConnection>();
  readonly #holders = new Map<string, Holder>();
  #happened = 0;

  constructor(options: ConnectionLedgerOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#connections.size;
  }

  /** @param close what ends the connection, whatever its state */
  open(address: string, close: () => void): HeldConnection {
    const holder = this.#holders.get(address) ?? { address, connections: 0, anonymous: 0 };
    this.#holders.set(address, holder);
    holder.connections += 1;
    holder.anonymous += 1;
    this.#happened += 1;
    const connection = { holder, close, used: this.#happened, certified: false };
    this.#connections.add(connection);
    if (this.#connections.size > this.#options.limit) this.#evictFor(connection);
    return connection;
  }

  answered(connection: HeldConnection): void {
    this.#happened += 1;
    connection.used = this.#happened;
  }

  certify(connection: HeldConnection, certified: boolean): void {
    if (connection.certified === certified || !this.#connections.has(connection)) return;
    connection.certified = certified;
    connection.holder.anonymous += certified ? -1 : 1;
  }

  /** Whatever was shown no longer counts. */
  forgetCertificates(): void {
    for (const connection of this.#connections) this.certify(connection, false);
  }

  /** May be told more than once. */
  closed(connection: HeldConnection): void {
    if (!this.#connections.delete(connection)) return;
    const { holder, certified } = connection;
    if (!certified) holder.anonymous -= 1;
    holder.connections -= 1;
    if (holder.connections === 0) this.#holders.delete(holder.address);
  }

  #evictFor(newcomer: HeldConnection): void {
    const victim = this.#findVictim(newcomer);
    if (victim === undefined) return;
    this.closed(victim);
    this.#options.evicted(victim.holder.address);
    victim.close();
  }

  #findVictim(newcomer: HeldConnection): HeldConnection | undefined {
    let victim: HeldConnection | undefined;
    for (const connection of this.#connections) {
      if (connection !== newcomer && (victim === undefined || goesBefore(connection, victim)))
        victim = connection;
    }
    return victim;
  }
}

/** Whether the one is taken rather than the other. */
function goesBefore(one: HeldConnection, other: HeldConnection): boolean {
  if (one.certified !== other.certified) return other.certified;
  const more = weigh(one) - weigh(other);
  return more === 0 ? one.used < other.used : more > 0;
}

function weigh({ holder, certified }: HeldConnection): number {
  return certified ? holder.connections : holder.anonymous;
}
