import { ExplainedError } from '../../base/errors.ts';
import type { ServiceAccountName } from '../../base/names/account.ts';
import { decodeJwt } from '../../base/names/jwt.ts';
import { readJson } from '../../json/read.ts';
import { isRecord, readMember } from '../../json/record.ts';
import type { KubeApi } from '../../kube/api.ts';
import { toStatusError } from '../../kube/errors.ts';

/** What the cluster signs with now, as a token of its own shows. */
export interface SampleToken {
  readonly kid: string;
  readonly alg: string;
  readonly issuer: string;
}

/** Good for nothing: no API server and no provider of AWS has this audience. */
const AUDIENCE = 'iam-bridge.invalid';
/** Seconds; the least that TokenRequest takes. */
const LIFETIME = 600;
const MAX_BYTES = 64 * 1024;

/**
 * Asks the cluster for a token (TokenRequest, `create` on `serviceaccounts/token`) and looks at its head. The token itself is
 * forgotten at once.
 * @throws Error that says why there is none, with the remedy
 */
export async function requestSampleToken(
  api: Pick<KubeApi, 'send'>,
  { namespace, name }: ServiceAccountName,
  signal?: AbortSignal,
): Promise<SampleToken> {
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/serviceaccounts/${encodeURIComponent(name)}/token`;
  const request = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { audiences: [AUDIENCE], expirationSeconds: LIFETIME },
  };
  const answer = await api.send('POST', path, request, { maxBytes: MAX_BYTES, ...(signal && { signal }) });
  if (answer.status !== 201 && answer.status !== 200) {
    const error = toStatusError('ask for a token', answer.status, answer.body);
    const remedy = answer.status === 403 ? '; allow `create` on serviceaccounts/token for this account' : '';
    throw new ExplainedError(`${error.message}${remedy}`);
  }
  const sample = readSample(answer.body);
  if (sample === undefined)
    throw new ExplainedError('the API server answered the TokenRequest with no readable token');
  return sample;
}

function readSample(body: string): SampleToken | undefined {
  const reading = decodeJwt(readToken(body));
  if (reading.kind === 'malformed') return undefined;
  const { header, payload } = reading;
  const [kid, alg, issuer] = [
    readMember(header, 'kid'),
    readMember(header, 'alg'),
    readMember(payload, 'iss'),
  ];
  if (typeof kid !== 'string' || typeof alg !== 'string' || typeof issuer !== 'string') return undefined;
  return { kid, alg, issuer };
}

function readToken(body: string): string {
  const reading = readJson(body);
  const answer = reading.kind === 'read' && isRecord(reading.value) ? reading.value : {};
  const status = readMember(answer, 'status');
  const token = isRecord(status) ? readMember(status, 'token') : undefined;
  return typeof token === 'string' ? token : '';
}
