import { Counter, Gauge, type Registry } from 'prom-client';
import { type CertificateSource, createFileCertificate } from '../../http/certificate.ts';
import type { Log } from '../../http/log.ts';

/** How soon a new certificate is served. ms */
const LOOK_INTERVAL = 1_000;

/** Opens serving certificates, and tells of them by metrics that are made with the first. */
export interface Certificates {
  /**
   * The certificate of the files that were named.
   * @param server a label where several share the process
   * @throws Error that says which file is wrong
   */
  open(server: string, files: CertificateFiles, log: Log): Promise<CertificateSource>;
}

export interface CertificateFiles {
  readonly certPath: string;
  readonly keyPath: string;
}

export function createCertificates(registry: Registry, several: boolean): Certificates {
  const opened: { readonly labels: Labels; readonly source: CertificateSource }[] = [];
  let metrics: Counter | undefined;
  return {
    async open(server, { certPath, keyPath }, log) {
      const labels: Labels = several ? { server } : {};
      metrics ??= registerMetrics(registry, several, opened);
      const reloads = metrics;
      const source = await createFileCertificate({
        certPath,
        keyPath,
        interval: LOOK_INTERVAL,
        report(event) {
          reloads.inc({ ...labels, result: event.kind });
          if (event.kind === 'refused')
            log.error({ problem: event.problem }, 'new certificate refused, the one before stays');
          else log.info({ notAfter: new Date(event.notAfter).toISOString() }, 'new certificate served');
        },
      });
      opened.push({ labels, source });
      return source;
    },
  };
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
    help: 'Changes of the certificate files, by whether the new pair is served.',
    labelNames: [...serverLabel, 'result'],
    registers: [registry],
  });
  new Gauge({
    name: 'iam_bridge_tls_certificate_not_after_seconds',
    help: 'Unix time at which the serving certificate expires.',
    labelNames: serverLabel,
    registers: [registry],
    collect() {
      for (const { labels, source } of opened) this.set(labels, source.current().notAfter / 1000);
    },
  });
  return reloads;
}
