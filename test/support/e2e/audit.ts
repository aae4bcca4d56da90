import { readFileSync } from 'node:fs';

/** One request, as the API server's audit log has it when it is over (audit.k8s.io/v1 Event, level Metadata). */
export interface AuditedRequest {
  readonly verb: string;
  readonly user: { readonly username: string };
  readonly userAgent?: string;
  readonly requestURI: string;
  readonly objectRef?: {
    readonly resource?: string;
    readonly subresource?: string;
    readonly name?: string;
    readonly apiGroup?: string;
  };
  readonly responseStatus?: { readonly code?: number };
}

/** Requests so far, in the order of their ends; a line that is being written is left out. */
export function readAudit(path: string): readonly AuditedRequest[] {
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as AuditedRequest);
}
