/** One thing that a stand-in answers: a plain value, so that stand-ins are lists of these. */
export interface Route {
  readonly method: string;
  /** Segments that begin with a colon match anything and become `params`: `/namespaces/:namespace`. */
  readonly path: string;
  handle(request: RouteRequest): RouteAnswer | Promise<RouteAnswer>;
}

export interface RouteRequest {
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** The Accept header. */
  readonly accept: string;
  /** The JSON that was sent; undefined where none was, or it is none. */
  readonly body: unknown;
  /** Aborts when the caller goes away, or the server ends. */
  readonly signal: AbortSignal;
}

export type RouteAnswer =
  | { readonly kind: 'object'; readonly status: number; readonly object: object }
  /** A text of another media type than `application/json`, and how long it may be kept. */
  | {
      readonly kind: 'document';
      readonly text: string;
      readonly mediaType: string;
      readonly cacheControl: string;
    }
  /** One JSON text a line, as they come. */
  | { readonly kind: 'stream'; readonly objects: AsyncIterable<object> };

/** Kubernetes' own form of a refusal: the object of an answer, or of a watch's ERROR event. */
export function toStatus(code: number, reason: string, message: string): object {
  return { apiVersion: 'v1', kind: 'Status', metadata: {}, status: 'Failure', code, reason, message };
}

export function refuse(code: number, reason: string, message: string): RouteAnswer {
  return { kind: 'object', status: code, object: toStatus(code, reason, message) };
}

export interface RouteMatch {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

/** The first route that takes the path, or `'method'` where only the method is wrong. */
export function matchRoute(
  routes: readonly Route[],
  method: string,
  path: string,
): RouteMatch | 'method' | undefined {
  let found: 'method' | undefined;
  for (const route of routes) {
    const params = matchPath(route.path, path);
    if (params === undefined) continue;
    if (route.method === method) return { route, params };
    found = 'method';
  }
  return found;
}

function matchPath(pattern: string, path: string): Record<string, string> | undefined {
  const wanted = pattern.split('/');
  const given = path.split('/');
  if (wanted.length !== given.length) return undefined;
  const params: [string, string][] = [];
  for (const [index, segment] of wanted.entries()) {
    const value = decode(given[index] ?? '');
    if (segment.startsWith(':') && value !== '') params.push([segment.slice(1), value]);
    else if (segment !== value) return undefined;
  }
  return Object.fromEntries(params);
}

/** '' where the percent-encoding is broken: no object has that name. */
function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return '';
  }
}
