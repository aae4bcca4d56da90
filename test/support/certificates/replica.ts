import { createKeeper, type Keeper } from '../../../src/certificates/keeper.ts';
import {
  createKnowledge,
  type KeeperEvent,
  type KeptCertificate,
  type Knowledge,
} from '../../../src/certificates/knowledge.ts';
import { look } from '../../../src/certificates/look.ts';
import { TIMING } from '../../../src/certificates/timing.ts';
import type { FakeClock } from '../fake-clock.ts';
import { CONFIGURATION, type FakeApi, SERVICE } from './fake-api.ts';

export const MINUTE = 60_000;
export const DAY = 24 * 60 * MINUTE;

export const KEPT: KeptCertificate = {
  secret: { namespace: SERVICE.namespace, name: 'pod-identity-webhook' },
  commonName: SERVICE.name,
  names: [SERVICE.name, `${SERVICE.name}.${SERVICE.namespace}.svc`],
  address: { service: SERVICE, hosts: ['webhook.example'] },
  targets: [
    { resource: 'mutatingwebhookconfigurations', kind: 'MutatingWebhookConfiguration', name: CONFIGURATION },
  ],
  timing: TIMING,
};

/** A replica whose looks the test takes. */
export interface Replica extends Knowledge {
  readonly events: readonly KeeperEvent[];
  /** Looks until there is nothing to do; tells how that was. */
  settle(): Promise<'settled' | 'failed'>;
  /** One look. */
  look(): ReturnType<typeof look>;
  /** The steps that it has written, in order, with those that were lost to another. */
  steps(): string[];
}

export interface ReplicaOptions extends Partial<KeptCertificate> {
  readonly api: FakeApi;
  readonly clock: FakeClock;
  readonly jitter?: number;
}

export function createReplica({ api, clock, jitter = 0, ...more }: ReplicaOptions): Replica {
  const events: KeeperEvent[] = [];
  const report = (event: KeeperEvent): void => void events.push(event);
  const knowledge = createKnowledge({ ...KEPT, ...more }, { api, clock, random: () => jitter, report });
  const { signal } = new AbortController();
  return Object.assign(knowledge, {
    events,
    look: () => look(knowledge, signal),
    async settle() {
      for (let looks = 0; looks < 50; looks += 1) {
        const outcome = await look(knowledge, signal);
        if (outcome !== 'again') return outcome;
      }
      throw new Error('it does not settle');
    },
    steps: () =>
      events.flatMap((event) => {
        if (event.kind === 'written') return [event.step];
        return event.kind === 'lost-update' ? ['lost'] : [];
      }),
  });
}

/** A replica that runs by itself. */
export function startKeeper({ api, clock, ...more }: ReplicaOptions): {
  readonly keeper: Keeper;
  readonly events: readonly KeeperEvent[];
  stop(): Promise<void>;
} {
  const events: KeeperEvent[] = [];
  const report = (event: KeeperEvent): void => void events.push(event);
  const keeper = createKeeper({ ...KEPT, ...more }, { api, clock, random: () => 0.5, report });
  const ending = new AbortController();
  const running = keeper.run(ending.signal);
  return {
    keeper,
    events,
    async stop() {
      ending.abort();
      await running;
    },
  };
}
