import { ExplainedError, toLine } from '../base/errors.ts';
import { parseJson } from '../json/parse.ts';
import { isRecord } from '../json/record.ts';

/** The API server answered, but not with what was asked for. */
export class ApiStatusError extends ExplainedError {
  override readonly name = 'ApiStatusError';
  readonly status: number;
  /** What the server asked us to wait, if it did. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, status: number, retryAfterMs?: number) {
    super(message);
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }
}

/**
 * @param body a Kubernetes Status, or whatever a proxy in between made of it
 * @param what the request, such as `list /api/v1/serviceaccounts`
 */
export function toStatusError(
  what: string,
  status: number,
  body: string,
  retryAfterMs?: number,
): ApiStatusError {
  const said = readStatusMessage(body);
  return new ApiStatusError(
    `${what}: the API server answered ${status}${said && `: ${said}`}`,
    status,
    retryAfterMs,
  );
}

function readStatusMessage(body: string): string {
  const status = parseJson(body);
  // What a proxy's error page says helps nobody, the number has to do.
  return isRecord(status) && typeof status['message'] === 'string' ? toLine(status['message']) : '';
}
