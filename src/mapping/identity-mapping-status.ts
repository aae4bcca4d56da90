import { createBackOff } from '../base/back-off.ts';
import type { Clock } from '../base/clock.ts';
import { createElapsed } from '../base/elapsed.ts';
import { describeError } from '../base/errors.ts';
import { isRecord, type JsonRecord } from '../json/record.ts';
import type { KubeApi } from '../kube/api.ts';
import type { TellMapping } from './mapping-events.ts';

export interface StatusWriterDeps {
  readonly api: KubeApi;
  readonly clock: Clock;
  readonly random: () => number;
  readonly report: TellMapping;
}

/** Writes `status.canonicalARN`, one object after the other. Mappings do not depend on it. */
export interface StatusWriter {
  /** @param raw the object as the server sent it; nothing is written where its status says this already */
  write(name: string, raw: JsonRecord, canonicalArn: string): void;
  stop(): Promise<void>;
}

/** Of the CustomResourceDefinition that the Go program brings. */
export const IDENTITY_MAPPINGS_PATH = '/apis/iamauthenticator.k8s.aws/v1alpha1/iamidentitymappings';

/** Of an answer, which is the object. */
const MAX_BYTES = 2 * 1024 * 1024;

/** ms that a refusal holds: rights seldom change, and every object would meet it. */
const REFUSAL_HOLDS = 5 * 60_000;

/** What becomes of one attempt: `later` is tried again, `refused` is for all objects. */
type Outcome = 'done' | 'later' | 'refused';

export function createStatusWriter({ api, clock, random, report }: StatusWriterDeps): StatusWriter {
  const stopping = new AbortController();
  const { signal } = stopping;
  const backOff = createBackOff(random);
  /** The newest of each object. */
  const waiting = new Map<string, object>();
  const elapsed = createElapsed(clock.now);
  let refusedUntil = 0;
  let running: Promise<void> | undefined;

  async function put(name: string, object: object): Promise<Outcome> {
    try {
      const path = `${IDENTITY_MAPPINGS_PATH}/${encodeURIComponent(name)}/status`;
      const { status } = await api.send('PUT', path, object, { signal, maxBytes: MAX_BYTES });
      return judge(name, status);
    } catch (error) {
      return signal.aborted ? 'done' : tell(name, describeError(error), 'later');
    }
  }

  function judge(name: string, status: number): Outcome {
    // 409: it has changed meanwhile, and the watch brings what it is now. 404: it is gone, or its definition has no status.
    if (status < 300 || status === 409 || status === 404) return 'done';
    if (status === 401 || status === 403) {
      const remedy = 'allow update of iamidentitymappings/status';
      return tell(name, `the API server refuses it (${status}): ${remedy}`, 'refused');
    }
    const isPassing = status >= 500 || status === 429;
    return tell(name, `the API server answers ${status}`, isPassing ? 'later' : 'done');
  }

  function tell(object: string, problem: string, outcome: Outcome): Outcome {
    report({ kind: 'status-not-written', object, problem });
    return outcome;
  }

  async function run(): Promise<void> {
    for (let next = takeNext(); next !== undefined && !signal.aborted; next = takeNext()) {
      await follow(await put(...next), ...next);
    }
    running = undefined;
  }

  async function follow(outcome: Outcome, name: string, object: object): Promise<void> {
    if (outcome === 'done') return backOff.reset();
    if (outcome === 'refused') {
      refusedUntil = elapsed() + REFUSAL_HOLDS;
      return waiting.clear();
    }
    // What came meanwhile is newer.
    if (!waiting.has(name)) waiting.set(name, object);
    await clock.delay(backOff.next(), signal);
  }

  function takeNext(): readonly [string, object] | undefined {
    const [first] = waiting;
    if (first !== undefined) waiting.delete(first[0]);
    return first;
  }

  return {
    write(name, raw, canonicalArn) {
      const before = isRecord(raw['status']) ? raw['status'] : {};
      if (before['canonicalARN'] === canonicalArn || elapsed() < refusedUntil || signal.aborted) return;
      const userID = typeof before['userID'] === 'string' ? before['userID'] : '';
      const named = { apiVersion: 'iamauthenticator.k8s.aws/v1alpha1', kind: 'IAMIdentityMapping' };
      waiting.set(name, { ...raw, ...named, status: { canonicalARN: canonicalArn, userID } });
      running ??= run();
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
