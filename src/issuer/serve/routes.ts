import type { DirectHandler, Routing } from '../../http/routing.ts';
import { DISCOVERY_PATH, JWKS_PATH } from '../documents.ts';
import { answerText } from './answers.ts';
import { createDocumentHandler, type DocumentHandlerDeps } from './document-handler.ts';
import type { DocumentName } from './served-documents.ts';

/** EKS has its keys at `/keys`, below its issuer. */
const KEYS_PATH = '/keys';
const VERIFY_PATH = '/verify';

export type RouteName = DocumentName | 'verify' | 'other';

export interface RoutingDeps extends Omit<DocumentHandlerDeps, 'count'> {
  readonly issuer: string;
  /** Answers `POST /verify`; absent: it is not there. */
  readonly verify?: DirectHandler | undefined;
  readonly count: (route: RouteName, status: number) => void;
}

/**
 * What is served, by exact path: nothing is decoded, folded or joined, so there is no second spelling of a path, and no
 * folder or file behind any of them.
 */
export function createRouting(deps: RoutingDeps): Routing {
  const discovery = createDocumentHandler('discovery', deps);
  const jwks = createDocumentHandler('jwks', deps);
  const direct = new Map<string, DirectHandler>();
  for (const prefix of toPrefixes(deps.issuer)) {
    direct.set(`${prefix}${DISCOVERY_PATH}`, discovery);
    direct.set(`${prefix}${JWKS_PATH}`, jwks);
    direct.set(`${prefix}${KEYS_PATH}`, jwks);
  }
  if (deps.verify !== undefined) direct.set(VERIFY_PATH, deps.verify);
  return {
    direct,
    otherwise(request, response) {
      // Whatever body comes with it is not read.
      if (request.method !== 'GET' && request.method !== 'HEAD') response.shouldKeepAlive = false;
      answerText(response, 404, 'not found');
      deps.count('other', 404);
    },
  };
}

/** With the issuer's own path, as STS asks for it, and without, for a proxy that cuts it off. */
function toPrefixes(issuer: string): ReadonlySet<string> {
  return new Set(['', new URL(issuer).pathname.replace(/\/$/, '')]);
}
