import type { IncomingMessage, ServerResponse } from 'node:http';
import type { DirectHandler } from '../../http/routing.ts';
import { answer, answerText, refuseMethod } from './answers.ts';
import type { DocumentName, ServedDocument, ServedDocuments } from './served-documents.ts';

export interface DocumentHandlerDeps {
  readonly documents: () => ServedDocuments | undefined;
  /** Seconds for which caches may keep a document. */
  readonly maxAge: number;
  readonly count: (document: DocumentName, status: number) => void;
}

/** Answers GET and HEAD for one of the two documents, conditional requests among them (RFC 9110 section 13.1.2). */
export function createDocumentHandler(name: DocumentName, deps: DocumentHandlerDeps): DirectHandler {
  const cacheControl = `public, max-age=${deps.maxAge}`;
  return (request, response) => {
    deps.count(name, respond(request, response));
  };

  function respond(request: IncomingMessage, response: ServerResponse): number {
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuseMethod(response, 'GET, HEAD');
    const document = deps.documents()?.[name];
    if (document === undefined) {
      answerText(response, 503, 'the keys of the cluster are not known yet');
      return 503;
    }
    const headers = {
      etag: document.etag,
      'cache-control': cacheControl,
      'x-content-type-options': 'nosniff',
    };
    if (isKnown(request, document)) {
      response.writeHead(304, headers).end();
      return 304;
    }
    // Node leaves the body of an answer to HEAD out by itself.
    answer(response, 200, document.body, { ...headers, 'content-type': document.mediaType });
    return 200;
  }
}

function isKnown({ headers }: IncomingMessage, { etag }: ServedDocument): boolean {
  const asked = headers['if-none-match'];
  if (asked === undefined) return false;
  // The comparison is the weak one: a proxy that compresses marks the tag `W/`.
  return asked.split(',').some((tag) => tag.trim() === '*' || tag.trim().replace(/^W\//, '') === etag);
}
