import type { ApiAnswer, GetOptions, KubeApi } from '../../../src/kube/api.ts';

/** One GET that somebody waits for. */
export interface PendingGet {
  readonly path: string;
  readonly options: GetOptions;
  answer(status: number, body?: string): void;
  fail(message?: string): void;
}

/** An API server whose answers the test gives by hand; like the real client, it fails a call whose signal aborts. */
export interface FakeApi extends Pick<KubeApi, 'get'> {
  /** All calls so far. */
  readonly calls: readonly PendingGet[];
  /** The latest. */
  last(): PendingGet;
  /** From now on calls are answered at once. */
  answerAll(answer: (path: string) => ApiAnswer): void;
}

export function createFakeApi(): FakeApi {
  const calls: PendingGet[] = [];
  let automatic: ((path: string) => ApiAnswer) | undefined;
  return {
    calls,
    get(path, options = {}) {
      const { promise, resolve, reject } = Promise.withResolvers<ApiAnswer>();
      const { signal } = options;
      signal?.addEventListener('abort', () => reject(signal.reason));
      if (signal?.aborted) reject(signal.reason);
      calls.push({
        path,
        options,
        answer: (status, body = '') => resolve({ status, body }),
        fail: (message = 'connect ECONNREFUSED') => reject(new Error(message)),
      });
      if (automatic !== undefined) resolve(automatic(path));
      return promise;
    },
    last() {
      const call = calls.at(-1);
      if (call === undefined) throw new Error('nobody has asked the API server yet');
      return call;
    },
    answerAll(answer) {
      automatic = answer;
    },
  };
}

/** A ServiceAccount as the API server writes it, cut down to its metadata. */
export function renderAccount(
  resourceVersion: string,
  annotations: Readonly<Record<string, unknown>> = {},
): string {
  return JSON.stringify({
    kind: 'PartialObjectMetadata',
    apiVersion: 'meta.k8s.io/v1',
    metadata: { name: 'web', namespace: 'shop', resourceVersion, annotations },
  });
}
