import { type Parameter, readParameters } from '../../aws/sigv4/percent.ts';
import type { AwsError, AwsRequest } from '../route.ts';

/** A token of 20,000 characters, a policy, and what percent-encoding makes of both. */
const MAX_BODY = 131_072;

export type ParameterReading =
  | { readonly kind: 'parameters'; readonly parameters: ReadonlyMap<string, string> }
  | { readonly kind: 'error'; readonly error: AwsError };

/**
 * Reads the parameters of the Query API, from the query and from a form. A name that is there twice, also in another case,
 * is refused: two readers that choose differently are an attack (CVE-2022-2385).
 */
export function readQueryParameters(request: AwsRequest): ParameterReading {
  const { query, body, headers } = request;
  if (body.length > MAX_BODY) return malformed('the body is larger than 128 KiB', 413);
  const type = headers.get('content-type') ?? '';
  if (body.length > 0 && !/^application\/x-www-form-urlencoded *(?:;|$)/i.test(type)) {
    return malformed('the body is not application/x-www-form-urlencoded');
  }
  const inQuery = readParameters(query);
  const inBody = readParameters(body.toString('latin1'));
  if (inQuery === undefined || inBody === undefined)
    return malformed('its parameters cannot be decoded, or are too many');
  return collect([...inQuery, ...inBody]);
}

function collect(list: readonly Parameter[]): ParameterReading {
  const seen = new Set(list.map(([name]) => name.toLowerCase()));
  if (seen.size < list.length) return malformed('a parameter is there more than once');
  return { kind: 'parameters', parameters: new Map(list) };
}

function malformed(what: string, status = 400): ParameterReading {
  const message = `The query string contains a syntax error: ${what}`;
  return { kind: 'error', error: { code: 'MalformedQueryString', status, message } };
}
