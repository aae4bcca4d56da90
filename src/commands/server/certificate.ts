import { Counter, Gauge } from 'prom-client';
import { type CertificateSource, createFileCertificate } from '../../http/certificate.ts';
import type { ServerSurroundings } from './run.ts';

/** How soon a new certificate is served. ms */
const LOOK_INTERVAL = 1_000;

/**
 * The serving certificate of the files that were named, with its metrics.
 * @throws Error that says which file is wrong
 */
export async function createServingCertificate(
  { certPath, keyPath }: { readonly certPath: string; readonly keyPath: string },
  { log, registry }: ServerSurroundings,
): Promise<CertificateSource> {
  const reloads = new Counter({
    name: 'iam_bridge_tls_certificate_reloads_total',
    help: 'Changes of the certificate files, by whether the new pair is served.',
    labelNames: ['result'],
    registers: [registry],
  });
  const source = await createFileCertificate({
    certPath,
    keyPath,
    interval: LOOK_INTERVAL,
    report(event) {
      reloads.inc({ result: event.kind });
      if (event.kind === 'refused')
        log.error({ problem: event.problem }, 'new certificate refused, the one before stays');
      else log.info({ notAfter: new Date(event.notAfter).toISOString() }, 'new certificate served');
    },
  });
  new Gauge({
    name: 'iam_bridge_tls_certificate_not_after_seconds',
    help: 'Unix time at which the serving certificate expires.',
    registers: [registry],
    collect() {
      this.set(source.current().notAfter / 1000);
    },
  });
  return source;
}
