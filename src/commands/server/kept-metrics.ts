import { Counter, Gauge, type Registry } from 'prom-client';
import type { Keeper } from '../../certificates/keeper.ts';
import type { KeeperEvent } from '../../certificates/knowledge.ts';

type Labels = Readonly<Record<string, string>>;

/** What is told of certificates that are kept in a Secret. */
export interface KeptMetrics {
  add(labels: Labels, keeper: Pick<Keeper, 'authorityNotAfter' | 'bundles'>): void;
  count(labels: Labels, event: KeeperEvent): void;
}

const STEPS = ['found', 'announce', 'promote', 'renew', 'restore', 'tidy'] as const;

export function createKeptMetrics(registry: Registry, several: boolean): KeptMetrics {
  const server = several ? ['server'] : [];
  const registers = [registry];
  const kept: { readonly labels: Labels; readonly keeper: Pick<Keeper, 'authorityNotAfter' | 'bundles'> }[] =
    [];
  new Gauge({
    name: 'iam_bridge_tls_authority_not_after_seconds',
    help: 'Unix time at which the authority expires that signs the serving certificate.',
    labelNames: server,
    registers,
    collect() {
      for (const { labels, keeper } of kept) {
        const notAfter = keeper.authorityNotAfter();
        // Without labels it would be 0 until then, which says that it has expired long ago.
        if (notAfter === undefined) this.remove(labels);
        else this.set(labels, notAfter / 1000);
      }
    },
  });
  new Gauge({
    name: 'iam_bridge_ca_bundle_in_sync',
    help: '1 where the caBundle of a webhook configuration is what it should be.',
    labelNames: [...server, 'configuration'],
    registers,
    collect() {
      this.reset();
      for (const { labels, keeper } of kept) {
        for (const { target, problem } of keeper.bundles())
          this.set({ ...labels, configuration: target.name }, problem === undefined ? 1 : 0);
      }
    },
  });
  const counter = (name: string, help: string, ...more: string[]): Counter =>
    new Counter({ name, help, labelNames: [...server, ...more], registers });
  const writes = counter(
    'iam_bridge_tls_secret_writes_total',
    'Writes of this replica into the Secret of the certificate, by step.',
    'step',
  );
  const bundleWrites = counter(
    'iam_bridge_ca_bundle_writes_total',
    'Writes of this replica into the caBundle of a webhook configuration.',
    'configuration',
  );
  const errors = counter(
    'iam_bridge_tls_errors_total',
    'Looks at the Secret and the webhook configurations that found something which could not be mended.',
  );
  return {
    add(labels, keeper) {
      kept.push({ labels, keeper });
      for (const step of STEPS) writes.inc({ ...labels, step }, 0);
      errors.inc(labels, 0);
    },
    count(labels, event) {
      if (event.kind === 'written') writes.inc({ ...labels, step: event.step });
      if (event.kind === 'bundle-written') bundleWrites.inc({ ...labels, configuration: event.object });
      if (event.kind === 'failed') errors.inc(labels);
    },
  };
}
