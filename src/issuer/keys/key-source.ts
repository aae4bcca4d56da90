import { describeError } from '../../base/errors.ts';
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

/**
 * Why keys could not be had, in one table: errors, events, metrics and tests share these codes.
 */
export const KEY_FAILURES = {
  url: 'the URL is none that keys are fetched from',
  address: 'the host has an address that must not be connected to',
  unreachable: 'no answer: name resolution, connection or the network in between',
  tls: 'the certificate of the server is not trusted or not its own',
  timeout: 'the answer took too long',
  redirect: 'the server answered with a redirect, and none is followed',
  status: 'the server answered with an error status',
  'too-large': 'the document is larger than allowed',
  encoding: 'the document is no plain UTF-8 text',
  discovery: 'the discovery document is not acceptable',
  'key-set': 'the key set is not acceptable',
} as const satisfies Record<string, string>;

export type KeyFailure = keyof typeof KEY_FAILURES;

/** A key source had nothing to give. The message is one line for people: what was seen, and the remedy. */
export class KeySourceError extends Error {
  override readonly name = 'KeySourceError';
  readonly failure: KeyFailure;

  constructor(failure: KeyFailure, message: string, cause?: unknown) {
    super(message, { cause });
    this.failure = failure;
  }
}

/** One line for people. What was written here is short and ends with the remedy, so only the errors of others are clipped. */
export function describeFailure(error: unknown): string {
  return error instanceof KeySourceError ? error.message : describeError(error);
}
