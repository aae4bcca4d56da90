import { describeError } from '../../base/errors.ts';

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
