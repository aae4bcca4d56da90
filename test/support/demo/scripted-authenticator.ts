import { createServer } from 'node:https';
import type { LoginLine, RunningAuthenticator } from '../../../src/demo/servers.ts';
import { createAuthority } from '../../../src/http/self-signed.ts';
import type { Folder } from '../../../src/local-cluster/cleanup.ts';
import { listenOnLoopback } from '../../../src/local-cluster/loopback.ts';

/** What is answered and logged, whoever asks. */
export interface ScriptedLogin {
  /** Default 200. */
  readonly status?: number;
  /** The whole body; absent: a TokenReview with {@link user}. */
  readonly body?: unknown;
  readonly user?: object;
  /** Absent: nothing is logged. */
  readonly line?: LoginLine;
}

export interface ScriptedAuthenticator extends RunningAuthenticator {
  readonly questions: readonly { readonly url: string; readonly review: unknown }[];
}

const VERSION = 'authentication.k8s.io/v1';

/** An authenticator that answers whatever a test wants, under an authority that its kubeconfig names. */
export async function startScriptedAuthenticator(
  folder: Folder,
  answer: () => ScriptedLogin,
): Promise<ScriptedAuthenticator> {
  const authority = await createAuthority(Date.now());
  const lines: LoginLine[] = [];
  const questions: { url: string; review: unknown }[] = [];
  const server = createServer(await authority.issue(), async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    questions.push({ url: request.url ?? '', review: JSON.parse(Buffer.concat(chunks).toString()) });
    const { status = 200, line, user, body } = answer();
    if (line !== undefined) lines.push(line);
    const review = { apiVersion: VERSION, kind: 'TokenReview', status: toStatus(user) };
    response.writeHead(status).end(JSON.stringify(body ?? review));
  });
  const port = await listenOnLoopback(server);
  const cluster = {
    server: `https://127.0.0.1:${port}/authenticate`,
    'certificate-authority-data': Buffer.from(authority.cert).toString('base64'),
  };
  return {
    flags: [],
    webhookKubeconfig: await folder.write('webhook.yaml', JSON.stringify({ clusters: [{ cluster }] })),
    logins: () => lines,
    questions,
    stop: () => new Promise((resolve) => void server.close(() => resolve())),
  };
}

function toStatus(user: object | undefined): object {
  return user === undefined ? { authenticated: false } : { authenticated: true, user };
}
