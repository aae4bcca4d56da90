import { isDnsLabel, isDnsSubdomain } from '../../base/names/dns.ts';
import { isHost } from '../../base/names/host.ts';
import type { BundleTarget } from '../../certificates/bundle.ts';
import type { KeptCertificate } from '../../certificates/knowledge.ts';
import { TIMING } from '../../certificates/timing.ts';
import type { Problems } from '../../settings/checks.ts';
import type { FlagTable } from '../../settings/pflag.ts';

/** Further names of a certificate of our own, of every server that can have one. */
export const SAN_FLAG = {
  'tls-san': {
    type: 'strings',
    default: [],
    help: 'further DNS name or IP address in the certificate of --in-cluster=true; may be repeated',
  },
} as const satisfies FlagTable;

export interface KeptFlags {
  readonly namespace: string;
  readonly 'service-name': string;
  readonly 'tls-secret': string;
  readonly 'tls-san': readonly string[];
}

/** What `--in-cluster=true` says: which certificate there is to be, and where it is kept. */
export function readKeptCertificate(
  flags: KeptFlags,
  targets: readonly BundleTarget[],
  problems: Problems,
): KeptCertificate {
  const { namespace, 'service-name': service, 'tls-secret': secret, 'tls-san': hosts } = flags;
  checkNames(flags, problems);
  const qualified = `${service}.${namespace}`;
  return {
    secret: { namespace, name: secret },
    commonName: service,
    names: [service, qualified, `${qualified}.svc`, `${qualified}.svc.cluster.local`, ...hosts],
    address: { service: { namespace, name: service }, hosts },
    targets,
    timing: TIMING,
  };
}

function checkNames(flags: KeptFlags, problems: Problems): void {
  const example = { namespace: 'identity-system', 'service-name': 'pod-identity-webhook' };
  for (const flag of ['namespace', 'service-name'] as const) {
    if (isDnsLabel(flags[flag])) continue;
    problems.push(
      `--${flag} is no name of a ${flag === 'namespace' ? 'namespace' : 'Service'}, which --in-cluster=true needs: give one such as ${example[flag]}`,
    );
  }
  if (!isDnsSubdomain(flags['tls-secret'])) {
    problems.push(
      '--tls-secret is no name of a Secret, which --in-cluster=true needs: give one such as pod-identity-webhook',
    );
  }
  for (const host of flags['tls-san'].filter((each) => !isHost(each) || each !== each.toLowerCase())) {
    problems.push(
      `--tls-san=${host.slice(0, 80)} is no DNS name in lower case and no IP address: give one such as webhook.example.com`,
    );
  }
}

/** The configurations that `--webhook-configuration` names; an empty name is none. */
export function readTargets(names: readonly string[], problems: Problems): BundleTarget[] {
  const given = [...new Set(names.filter((name) => name !== ''))];
  for (const name of given.filter((each) => !isDnsSubdomain(each))) {
    problems.push(
      `--webhook-configuration=${name.slice(0, 80)} is no name of an object: give that of a MutatingWebhookConfiguration, or leave it empty`,
    );
  }
  return given.map((name) => ({
    resource: 'mutatingwebhookconfigurations',
    kind: 'MutatingWebhookConfiguration',
    name,
  }));
}
