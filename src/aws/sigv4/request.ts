/** A request as it goes over the wire: nothing is decoded, because a signature is over what is sent. */
export interface SignableRequest {
  readonly method: string;
  /** Percent-encoded, without the query. */
  readonly path: string;
  /** Without the question mark; '' where there is none. */
  readonly query: string;
  /** In any order and case; a name may come more than once. Values are Latin-1, as HTTP/1.1 carries them. */
  readonly headers: readonly Header[];
  /** SHA-256 of the body, hexadecimal; S3 takes other words, such as `UNSIGNED-PAYLOAD`, in its place. */
  readonly payloadHash: string;
}

export type Header = readonly [name: string, value: string];

/** By lower-case name; what came more than once is joined by commas (RFC 9110 section 5.3). */
export function joinHeaders(headers: Iterable<Header>): Map<string, string> {
  const joined = new Map<string, string>();
  for (const [given, value] of headers) {
    const name = given.toLowerCase();
    const present = joined.get(name);
    joined.set(name, present === undefined ? value : `${present},${value}`);
  }
  return joined;
}
