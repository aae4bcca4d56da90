import { Counter, Gauge, type Registry } from 'prom-client';
import { type CertificateSource, createFileCertificate } from '../../http/certificate.ts';
import type { Log } from '../../http/log.ts';
import type { CertificateSettings } from './descriptor.ts';
import type { KeptCertificateDeps, OpenKeptCertificate } from './kept-certificate.ts';
import { createKeptMetrics, type KeptMetrics } from './kept-metrics.ts';

/** How soon a new certificate is served. ms */
const LOOK_INTERVAL = 1_000;

/** Opens serving certificates, and tells of them by metrics that are made with the first. */
export interface Certificates {
  /**
   * The certificate of the files that were named, or of the Secret.
   * @param server a label where several share the process
   * @throws Error that says which file is wrong, or which credential
   */
  open(server: string, settings: CertificateSettings, deps: CertificateDeps): Promise<OpenCertificate>;
}

export type CertificateDeps = Omit<KeptCertificateDeps, 'count'>;

export type OpenCertificate = Omit<OpenKeptCertificate, 'keeper'>;

export function createCertificates(registry: Registry, several: boolean): Certificates {
  const opened: { readonly labels: Labels; readonly source: CertificateSource }[] = [];
  let reloads: Counter | undefined;
  let keptMetrics: KeptMetrics | undefined;
  return {
    async open(server, settings, deps) {
      const labels: Labels = several ? { server } : {};
      reloads ??= registerMetrics(registry, several, opened);
      const count = (result: 'reloaded' | 'refused'): void => reloads?.inc({ ...labels, result });
      if (settings.kind === 'files') {
        const source = await openFiles(settings, deps.log, count);
        opened.push({ labels, source });
        return { source, checks: [], parts: [] };
      }
      keptMetrics ??= createKeptMetrics(registry, several);
      const metrics = keptMetrics;
      // The API client is not needed by servers whose certificate is in files.
      const { openKeptCertificate } = await import('./kept-certificate.ts');
      const certificate = await openKeptCertificate(settings.cluster, settings.kept, {
        ...deps,
        count(event) {
          if (event.kind === 'served') count('reloaded');
          metrics.count(labels, event);
        },
      });
      opened.push({ labels, source: certificate.source });
      metrics.add(labels, certificate.keeper);
      return certificate;
    },
  };
}

function openFiles(
  { certPath, keyPath }: Extract<CertificateSettings, { readonly kind: 'files' }>,
  log: Log,
  count: (result: 'reloaded' | 'refused') => void,
): Promise<CertificateSource> {
  return createFileCertificate({
    certPath,
    keyPath,
    interval: LOOK_INTERVAL,
    report(event) {
      count(event.kind);
      if (event.kind === 'refused')
        log.error({ problem: event.problem }, 'new certificate refused, the one before stays');
      else log.info({ notAfter: new Date(event.notAfter).toISOString() }, 'new certificate served');
    },
  });
}

type Labels = Readonly<Record<string, string>>;

function registerMetrics(
  registry: Registry,
  several: boolean,
  opened: readonly { readonly labels: Labels; readonly source: CertificateSource }[],
): Counter {
  const serverLabel = several ? ['server'] : [];
  const reloads = new Counter({
    name: 'iam_bridge_tls_certificate_reloads_total',
    help: 'Changes of the serving certificate at its source, by whether the new pair is served.',
    labelNames: [...serverLabel, 'result'],
    registers: [registry],
  });
  new Gauge({
    name: 'iam_bridge_tls_certificate_not_after_seconds',
    help: 'Unix time at which the serving certificate expires.',
    labelNames: serverLabel,
    registers: [registry],
    collect() {
      for (const { labels, source } of opened) {
        const pair = source.current();
        // Without labels it would be 0 until then, which says that it has expired long ago.
        if (pair === undefined) this.remove(labels);
        else this.set(labels, pair.notAfter / 1000);
      }
    },
  });
  return reloads;
}
