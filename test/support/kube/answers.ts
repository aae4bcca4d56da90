import type { Answer } from './scripted-server.ts';

/** A ServiceAccount in namespace `shop`, with one annotation. */
export function account(name: string, resourceVersion: string, note = 'n'): object {
  return { metadata: { name, namespace: 'shop', resourceVersion, annotations: { note } } };
}

export function listOf(items: readonly object[], resourceVersion: string, token = ''): Answer {
  const metadata = token === '' ? { resourceVersion } : { resourceVersion, continue: token };
  return { kind: 'whole', status: 200, body: JSON.stringify({ kind: 'List', metadata, items }) };
}

export function refusal(status: number, message: string, headers: Record<string, string> = {}): Answer {
  return { kind: 'whole', status, body: JSON.stringify({ kind: 'Status', code: status, message }), headers };
}

export function watchOf(
  chunks: readonly (string | Buffer)[],
  finish: 'hold' | 'end' | 'cut' = 'hold',
): Answer {
  return { kind: 'watch', chunks, finish };
}

export function event(type: string, object: object): string {
  return `${JSON.stringify({ type, object })}\n`;
}

export function bookmark(resourceVersion: string): string {
  return event('BOOKMARK', {
    kind: 'ServiceAccount',
    metadata: { resourceVersion, creationTimestamp: null },
  });
}

export function errorEvent(code: number, message: string): string {
  return event('ERROR', { kind: 'Status', status: 'Failure', code, message });
}
