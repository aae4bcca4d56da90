import { readFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { StartWebhook } from '../../../src/demo/servers.ts';
import { listenOnLoopback } from '../../../src/local-cluster/loopback.ts';

/** The parts of a review that a script looks at. */
export interface Question {
  readonly uid: string;
  readonly object: { readonly metadata: Readonly<Record<string, unknown>> };
}

/** What to answer with, before it becomes an AdmissionReview; `status` other than 200 is all that is sent then. */
export interface ScriptedAnswer {
  readonly status?: number;
  readonly apiVersion?: string;
  readonly uid?: string;
  readonly allowed?: boolean;
  readonly reason?: string;
  readonly warnings?: readonly string[];
  /** Sent as base64 of its JSON. */
  readonly patch?: unknown;
  readonly patchType?: string;
}

export interface ScriptedWebhook {
  readonly start: StartWebhook;
  /** How often it was started less how often it was stopped. */
  running(): number;
  /** Everything that it was asked. */
  readonly questions: readonly { readonly url: string; readonly review: Readonly<Record<string, unknown>> }[];
}

/** A webhook that takes the demo's certificate, and answers whatever a test wants. */
export function createScriptedWebhook(answer: (question: Question) => ScriptedAnswer): ScriptedWebhook {
  const questions: { url: string; review: Readonly<Record<string, unknown>> }[] = [];
  let running = 0;
  return {
    questions,
    running: () => running,
    async start({ certPath, keyPath }) {
      const [cert, key] = await Promise.all([readFile(certPath), readFile(keyPath)]);
      const server = createServer({ cert, key }, async (request, response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of request) chunks.push(chunk);
        const review = JSON.parse(Buffer.concat(chunks).toString()) as { request: Question };
        questions.push({ url: request.url ?? '', review: { ...review } });
        const scripted = answer(review.request);
        response.writeHead(scripted.status ?? 200).end(renderAnswer(scripted, review.request.uid));
      });
      const port = await listenOnLoopback(server);
      running += 1;
      return {
        url: `https://127.0.0.1:${port}/mutate`,
        flags: ['--tls-cert=tls.crt'],
        judgements: () => [],
        async stop() {
          running -= 1;
          await new Promise((resolve) => server.close(resolve));
        },
      };
    },
  };
}

function renderAnswer(scripted: ScriptedAnswer, uid: string): string {
  const { apiVersion = 'admission.k8s.io/v1', allowed = true, reason, warnings, patch, patchType } = scripted;
  const response = {
    uid: scripted.uid ?? uid,
    allowed,
    auditAnnotations: { reason },
    warnings,
    ...(patch !== undefined && {
      patch: Buffer.from(JSON.stringify(patch)).toString('base64'),
      patchType: patchType ?? 'JSONPatch',
    }),
  };
  return JSON.stringify({ apiVersion, kind: 'AdmissionReview', response });
}
