import { type Header, joinHeaders, type SignableRequest } from '../aws/sigv4/request.ts';

/**
 * One thing that the local AWS answers: a plain value, so that services are lists of these and tests call `handle`.
 * `path` is `/`, `/:bucket` or `/:bucket/:key`; a key takes all that follows, slashes too.
 */
export interface AwsRoute {
  readonly method: string;
  readonly path: '/' | '/:bucket' | '/:bucket/:key';
  handle(request: AwsRequest): Promise<AwsResponse>;
}

/** A request as it was sent: nothing is decoded, because a signature is over what was sent. */
export interface AwsRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** Without the question mark; '' where there is none. */
  readonly query: string;
  /** By lower-case name; what came more than once is joined by commas (RFC 9110 section 5.3). Values are Latin-1. */
  readonly headers: ReadonlyMap<string, string>;
  /** Bounded by whoever read it. */
  readonly body: Buffer;
  /** Whether it came over TLS. */
  readonly secure: boolean;
  readonly sourceIp: string;
}

export interface AwsResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
  readonly note: RequestNote;
}

/** What the log says of a request beyond its method and status. Never a secret. */
export interface RequestNote {
  /** As in IAM policies: `sts:AssumeRoleWithWebIdentity`, `s3:PutObject`. */
  readonly action?: string;
  /** AWS's error code. */
  readonly code?: string;
  /** The ARN of whoever signed. */
  readonly caller?: string;
  /** What AWS knows and does not tell: why a role was not handed out, which statement was missing. */
  readonly reason?: string;
}

/** An error as AWS words it. */
export interface AwsError {
  readonly code: string;
  readonly status: number;
  readonly message: string;
  /** Elements beside code and message, such as S3's `AWSAccessKeyId`. */
  readonly details?: Readonly<Record<string, string>>;
}

/** What Node calls raw headers: names and values by turns. */
export function readHeaders(raw: readonly string[]): Map<string, string> {
  const pairs = raw.flatMap((name, index): Header[] =>
    index % 2 === 0 && index + 1 < raw.length ? [[name, raw[index + 1] ?? '']] : [],
  );
  return joinHeaders(pairs);
}

/** The part of a request that its signature is over. */
export function toSignable(
  { method, path, query, headers }: AwsRequest,
  payloadHash: string,
): SignableRequest {
  return { method, path, query, headers: [...headers], payloadHash };
}

/** The route for a method and a path as sent, or `'method'` where only the method is wrong. */
export function findRoute(
  routes: readonly AwsRoute[],
  method: string,
  path: string,
): AwsRoute | 'method' | undefined {
  const shape = toShape(path);
  const atPath = routes.filter((route) => route.path === shape);
  return atPath.find((route) => route.method === method) ?? (atPath.length > 0 ? 'method' : undefined);
}

function toShape(path: string): AwsRoute['path'] {
  if (path === '/') return '/';
  const slash = path.indexOf('/', 1);
  return slash === -1 || slash === path.length - 1 ? '/:bucket' : '/:bucket/:key';
}
