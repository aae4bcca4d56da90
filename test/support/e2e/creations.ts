import { ROLE_ARN, toPod } from './fixtures.ts';
import { readRole } from './injection.ts';
import type { KubeClient } from './kube-client.ts';
import { type Load, startLoad } from './load.ts';

/** What the pods that are created from now on have to get. */
export type Expectation = 'role' | 'none' | 'any';

export interface Creations {
  readonly load: Load;
  /** Changes what the next ones have to get. */
  expect(what: Expectation): void;
}

export interface CreationOptions {
  readonly client: KubeClient;
  /** Of the names of pods: letters, digits and dashes. */
  readonly prefix: string;
  /** Has a ServiceAccount `s3-echoer` with the fixtures' role. */
  readonly namespace: string;
  readonly from: Expectation;
}

/** Pods of one ServiceAccount, made for real without a pause, and deleted at once: there are many. */
export function startCreations({ client, prefix, namespace, from }: CreationOptions): Creations {
  let expected = from;
  const begun = new Map<string, Expectation>();
  const passing: KubeClient = {
    ...client,
    create: async (pod, options) => {
      begun.set(pod.metadata.name ?? '', expected);
      const answer = await client.create(pod, options);
      await client.delete(pod);
      return answer;
    },
  };
  const load = startLoad({
    client: passing,
    toPod: (n) => toPod({ namespace, name: `${prefix}-${n}`, serviceAccount: 's3-echoer' }),
    findFault: (pod) => {
      const { name = '' } = pod.metadata;
      const then = begun.get(name);
      begun.delete(name);
      // What has begun before a change may end after it.
      if (then !== expected || expected === 'any') return undefined;
      const role = readRole(pod);
      return role === (expected === 'role' ? ROLE_ARN : undefined)
        ? undefined
        : `${name}: ${role ?? 'no role'}`;
    },
    workers: 2,
    limit: 20_000,
  });
  return {
    load,
    expect: (what) => {
      expected = what;
    },
  };
}
