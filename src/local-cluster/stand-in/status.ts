import type { RouteAnswer } from './route.ts';

/** Kubernetes' own form of a refusal: the object of an answer, or of a watch's ERROR event. */
export function toStatus(code: number, reason: string, message: string): object {
  return { apiVersion: 'v1', kind: 'Status', metadata: {}, status: 'Failure', code, reason, message };
}

export function refuse(code: number, reason: string, message: string): RouteAnswer {
  return { kind: 'object', status: code, object: toStatus(code, reason, message) };
}
