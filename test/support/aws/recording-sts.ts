import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { readParameters } from '../../../src/aws/sigv4/percent.ts';
import type { Header } from '../../../src/aws/sigv4/request.ts';
import { type AccessKey, sha256 } from '../../../src/aws/sigv4/signature.ts';
import { verifySignature } from '../../../src/aws/sigv4/verify.ts';
import { readBounded } from '../../../src/base/bounded-read.ts';
import type { KeyPair } from '../certificates.ts';

/** What STS was asked, and by whom. */
export interface StsCall {
  readonly parameters: Readonly<Record<string, string>>;
  /** Whose signature it has; undefined where it has none that holds. */
  readonly accessKeyId: string | undefined;
}

/** What it says to one action: the inside of its result, or an error. */
export type StsAnswer = { readonly result: string } | { readonly code: string; readonly status: number };

export interface RecordingSts {
  readonly endpoint: string;
  readonly calls: StsCall[];
  answer: (call: StsCall) => StsAnswer;
  end(): Promise<void>;
}

/** What every role gives. */
export const ROLE_KEYS = {
  accessKeyId: 'ASIAROLE00000000',
  secretAccessKey: 'role-secret',
  sessionToken: 'role-token',
};

export function renderCredentials(expiration: string): StsAnswer {
  const { accessKeyId, secretAccessKey, sessionToken } = ROLE_KEYS;
  return {
    result: `<Credentials><AccessKeyId>${accessKeyId}</AccessKeyId><SecretAccessKey>${secretAccessKey}</SecretAccessKey>
      <SessionToken>${sessionToken}</SessionToken><Expiration>${expiration}</Expiration></Credentials>`,
  };
}

/** An STS that keeps what it was asked, checks who signed it, and says what the test wants. */
export async function startRecordingSts(keys: readonly AccessKey[], tls?: KeyPair): Promise<RecordingSts> {
  const calls: StsCall[] = [];
  async function listen(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = (await readBounded(request, 65_536))?.toString() ?? '';
    const parameters = Object.fromEntries(readParameters(body) ?? []);
    const call = { parameters, accessKeyId: findSigner(request, body, keys) };
    calls.push(call);
    const said = sts.answer(call);
    const { Action = '' } = parameters;
    if ('result' in said) {
      response.end(
        `<${Action}Response><${Action}Result>${said.result}</${Action}Result></${Action}Response>`,
      );
    } else {
      response.statusCode = said.status;
      response.end(
        `<ErrorResponse><Error><Code>${said.code}</Code><Message>told so</Message></Error></ErrorResponse>`,
      );
    }
  }
  const listener = (request: IncomingMessage, response: ServerResponse): void =>
    void listen(request, response);
  const server =
    tls === undefined
      ? createServer(listener)
      : createTlsServer({ cert: tls.certificate, key: tls.key }, listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const sts: RecordingSts = {
    endpoint: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    answer: () => ({ code: 'AccessDenied', status: 403 }),
    async end() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return sts;
}

function findSigner(request: IncomingMessage, body: string, keys: readonly AccessKey[]): string | undefined {
  const headers: Header[] = [];
  for (let at = 0; at < request.rawHeaders.length; at += 2)
    headers.push([request.rawHeaders[at] ?? '', request.rawHeaders[at + 1] ?? '']);
  const { method = '', url = '' } = request;
  const verdict = verifySignature(
    { method, path: url, query: '', headers, payloadHash: sha256(Buffer.from(body)) },
    {
      service: 'sts',
      now: Date.now(),
      findCredentials: (id) => keys.find(({ accessKeyId }) => accessKeyId === id),
    },
  );
  return verdict.kind === 'verified' ? verdict.credentials.accessKeyId : undefined;
}
