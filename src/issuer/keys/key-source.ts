import { ExplainedError } from '../../base/errors.ts';
import type { KeyTrouble } from '../../web-identity/token/keys.ts';
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

/** Why keys could not be had: errors, events, metrics and tests share these codes. */
export type KeyFailure =
  /** The URL is none that keys are fetched from. */
  | 'url'
  /** The host has an address that must not be connected to. */
  | 'address'
  /** No answer: name resolution, connection or the network in between. */
  | 'unreachable'
  /** The certificate of the server is not trusted or not its own. */
  | 'tls'
  /** The answer took too long. */
  | 'timeout'
  /** The server answered with a redirect, and none is followed. */
  | 'redirect'
  /** The server answered with an error status. */
  | 'status'
  /** The document is larger than allowed. */
  | 'too-large'
  /** The document is no plain UTF-8 text, or a page. */
  | 'encoding'
  /** The discovery document is not acceptable. */
  | 'discovery'
  /** The key set is not acceptable. */
  | 'key-set';

/**
 * Where nobody says otherwise. A certificate that is not trusted here may be pinned by a thumbprint in IAM, and how large a
 * document AWS reads is not known.
 */
const TROUBLES: Readonly<Record<KeyFailure, KeyTrouble>> = {
  url: 'published',
  address: 'local',
  unreachable: 'passing',
  tls: 'local',
  timeout: 'passing',
  redirect: 'published',
  status: 'passing',
  'too-large': 'local',
  encoding: 'published',
  discovery: 'published',
  'key-set': 'published',
};

export interface KeySourceErrorOptions {
  /** Where it is not the usual one of the failure. */
  readonly trouble?: KeyTrouble | undefined;
  readonly cause?: unknown;
}

/** A key source had nothing to give. The message is one line for people: what was seen, and the remedy. */
export class KeySourceError extends ExplainedError {
  override readonly name = 'KeySourceError';
  readonly failure: KeyFailure;
  readonly trouble: KeyTrouble;

  constructor(failure: KeyFailure, message: string, { trouble, cause }: KeySourceErrorOptions = {}) {
    super(message, { cause });
    this.failure = failure;
    this.trouble = trouble ?? TROUBLES[failure];
  }
}

/** What an error status of HTTP stands for: 408, 425 and 429 ask to come again, as those of the server do. */
export function toTrouble(status: number): KeyTrouble {
  return status >= 500 || [408, 425, 429].includes(status) ? 'passing' : 'published';
}
