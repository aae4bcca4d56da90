import { type Parameter, readParameters } from '../../aws/sigv4/percent.ts';
import type { AwsError, AwsRequest, AwsResponse, RequestNote } from '../route.ts';
import { type AnswerForm, fail, type QueryCall, type QueryOutcome, type QueryService } from './service.ts';

/** @param services the first one words the errors of requests that name no service */
export function createQueryHandler(
  services: readonly [QueryService, ...QueryService[]],
  newRequestId: () => string,
): (request: AwsRequest) => Promise<AwsResponse> {
  const [first] = services;
  return async (request) => {
    const json = acceptsJson(request.headers.get('accept'));
    const form = { requestId: newRequestId(), json };
    const reading = readQueryParameters(request);
    if (reading.kind === 'error') return renderError(first, reading.error, form);
    const { parameters } = reading;
    const [action = '', version = ''] = [parameters.get('Action'), parameters.get('Version')];
    const service = services.find((candidate) => candidate.version === version) ?? first;
    return await perform(service, action, { request, parameters }, form);
  };
}

/** Whether a request to `/` is one for the Query API: S3 has a `GET /` of its own. */
export function isQueryRequest({ method, query }: AwsRequest): boolean {
  return method === 'POST' || /(?:^|&)action=/i.test(query);
}

async function perform(
  service: QueryService,
  name: string,
  call: QueryCall,
  form: AnswerForm,
): Promise<AwsResponse> {
  if (name === '') {
    const missing = 'The request is missing an action or a required parameter: Action';
    return renderError(service, { code: 'MissingAction', status: 400, message: missing }, form);
  }
  const action = service.actions.get(name);
  const known = action !== undefined && call.parameters.get('Version') === service.version;
  const outcome: QueryOutcome = known ? await action(call) : refuseAction(name, call);
  const { caller, reason } = outcome;
  const note = {
    ...(known && { action: `${service.name}:${name}` }),
    ...(caller !== undefined && { caller }),
    ...(reason !== undefined && { reason }),
  };
  if (outcome.kind === 'error') return renderError(service, outcome.error, form, note);
  return { status: 200, ...service.renderResult(name, outcome.result, form), note };
}

function refuseAction(name: string, { parameters }: QueryCall): QueryOutcome {
  const version = parameters.get('Version') ?? '';
  // Both came from outside, and the message is shown on terminals.
  const [shown, shownVersion] = [name, version].map((text) => text.replaceAll(/[^\w.:-]/g, '?').slice(0, 64));
  return fail('InvalidAction', `Could not find operation ${shown} for version ${shownVersion}`);
}

function renderError(
  service: QueryService,
  error: AwsError,
  form: AnswerForm,
  note: RequestNote = {},
): AwsResponse {
  return { status: error.status, ...service.renderError(error, form), note: { ...note, code: error.code } };
}

/** A list without weights is all that clients of AWS send. */
function acceptsJson(accept = ''): boolean {
  return accept.split(',').some((type) => type.trim().toLowerCase() === 'application/json');
}

/** A token of 20,000 characters, a policy, and what percent-encoding makes of both. */
const MAX_BODY = 131_072;

type ParameterReading =
  | { readonly kind: 'parameters'; readonly parameters: ReadonlyMap<string, string> }
  | { readonly kind: 'error'; readonly error: AwsError };

/**
 * Reads the parameters of the Query API, from the query and from a form. A name that is there twice, also in another case,
 * is refused: two readers that choose differently are an attack (CVE-2022-2385).
 */
function readQueryParameters(request: AwsRequest): ParameterReading {
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
