import { type Header, joinHeaders } from '../../../src/aws/sigv4/request.ts';
import type { SigningCredentials } from '../../../src/aws/sigv4/verify.ts';
import { CANARY_SECRET, CANARY_SESSION } from '../canary.ts';

/** 28 April 2023, 12:00 UTC, in ms. */
export const NOW = Date.UTC(2023, 3, 28, 12);

/** Long-lived keys of a user. */
export const KEYS: SigningCredentials = {
  accessKeyId: 'AKIAEXAMPLEEXAMPLE00',
  secretAccessKey: `${CANARY_SECRET}/with+signs=`,
};

/** Temporary keys that last an hour from {@link NOW}. */
export const SESSION: SigningCredentials = {
  accessKeyId: 'ASIAEXAMPLEEXAMPLE00',
  secretAccessKey: `another ${CANARY_SECRET}`,
  sessionToken: `${CANARY_SESSION}/with+signs= and blanks`,
  expiration: NOW + 3_600_000,
};

/** What is to be signed. */
export interface Plan {
  readonly service?: 'sts' | 'ec2' | 's3';
  readonly region?: string;
  readonly method?: string;
  readonly host?: string;
  /** As it is sent, encoded. */
  readonly path?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  readonly keys?: SigningCredentials;
  /** ms since epoch */
  readonly at?: number;
}

/** A request as a server sees it. */
export interface SentRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
  readonly secure: boolean;
  readonly sourceIp: string;
}

export function toSentRequest(
  parts: Pick<SentRequest, 'method' | 'path' | 'query'> & { readonly headers: Iterable<Header> },
  { body = '' }: Plan,
): SentRequest {
  const { method, path, query, headers } = parts;
  const sent = { method, path, query, headers: joinHeaders(headers), body: Buffer.from(body) };
  return { ...sent, secure: true, sourceIp: '127.0.0.1' };
}

/** The same request with one header more, or another value of it; undefined takes it away. */
export function withHeader(request: SentRequest, name: string, value: string | undefined): SentRequest {
  const headers = new Map(request.headers);
  if (value === undefined) headers.delete(name);
  else headers.set(name, value);
  return { ...request, headers };
}
