import type { Discovery } from './discovery.ts';

/** What an issuer publishes, as it was read at one time. */
export interface KeyDocuments {
  /** The JWK Set, as text: `readKeySet` judges it. */
  readonly jwks: string;
  /** Absent where the keys' place is configured, so that nobody was asked for it. */
  readonly discovery?: Discovery;
  /** ms; how long the key set is fresh, where the source says so */
  readonly maxAgeMs?: number;
  /** What is accepted here, and AWS or others may not; one sentence each. */
  readonly notes: readonly string[];
}

/** Where the documents of one issuer come from: the network, the cluster's API, a file. */
export interface KeySource {
  /**
   * Reads them anew. Bounds its own time and size.
   * @throws KeySourceError
   */
  readDocuments(signal?: AbortSignal): Promise<KeyDocuments>;
}
