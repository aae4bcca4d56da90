import type { ServiceAccountName } from '../../base/names/account.ts';
import { type DocumentUrl, parseDocumentUrl } from '../../base/names/document-url.ts';
import { readBudgets } from '../../settings/budgets.ts';
import {
  checkAddress,
  checkNoWords,
  checkPorts,
  type Problems,
  type SettingsReading,
} from '../../settings/checks.ts';
import { type ClusterSettings, readClusterSettings } from '../../settings/cluster.ts';
import type { FlagReading, FlagValues } from '../../settings/pflag.ts';
import { readTlsSettings } from '../../settings/tls.ts';
import type { CertificateSettings, ServerSettings } from '../server/descriptor.ts';
import { readServerFlags } from '../server/flags.ts';
import { readKeptCertificate } from '../server/kept-settings.ts';
import { checkIssuer, readAccount } from './checks.ts';
import { ISSUER_FLAGS } from './flags.ts';

type Flags = FlagValues<typeof ISSUER_FLAGS>;

/** Everything that `iam-bridge issuer` was told, checked. Times in ms. */
export interface IssuerCommandSettings extends ServerSettings {
  readonly issuer: string;
  readonly jwksUri: string;
  readonly source: SourceSettings;
  readonly cluster: ClusterSettings;
  readonly staleGrace: number;
  /** Seconds. */
  readonly cacheMaxAge: number;
  /** undefined: POST /verify is not there */
  readonly verify: VerifySettings | undefined;
  /** undefined: nothing is compared */
  readonly drift: DriftSettings | undefined;
}

export type SourceSettings =
  | { readonly kind: 'cluster'; readonly refreshInterval: number }
  | { readonly kind: 'pem'; readonly paths: readonly string[] }
  | { readonly kind: 'jwks'; readonly path: string };

export interface VerifySettings {
  /** '' is none; one of the two files is there */
  readonly clientCaPath: string;
  readonly clientNames: readonly string[];
  readonly tokenPath: string;
  readonly audiences: readonly string[];
}

export interface DriftSettings {
  readonly interval: number;
  readonly account: ServiceAccountName | undefined;
  readonly publicCaPath: string;
  readonly privateHosts: readonly string[];
  readonly compareApiServers: boolean;
}

/** @param env the environment of the process; {@link ClusterSettings} names what is read from it */
export function readIssuerSettings(
  line: FlagReading<typeof ISSUER_FLAGS>,
  env: NodeJS.ProcessEnv,
): SettingsReading<IssuerCommandSettings> {
  const problems: string[] = [...line.problems];
  checkNoWords(line.rest, problems);
  const settings = toSettings(line.values, env, problems);
  return problems.length > 0 ? { kind: 'problems', problems } : { kind: 'settings', settings };
}

function toSettings(flags: Flags, env: NodeJS.ProcessEnv, problems: Problems): IssuerCommandSettings {
  const remarks: string[] = [];
  checkIssuer(flags.issuer, problems);
  checkPorts(flags, problems);
  checkAddress('bind-address', flags['bind-address'], problems);
  const cluster = readClusterSettings(flags, env, problems);
  const certificate = readCertificate(flags, cluster, problems);
  const tls = { ...readTlsSettings(flags, problems, remarks), certificate };
  const settings = {
    listen: toListen(flags),
    tls: flags['plain-http'] ? undefined : tls,
    issuer: flags.issuer,
    jwksUri: readJwksUri(flags, problems),
    source: readSource(flags, problems),
    cluster,
    staleGrace: flags['stale-grace'],
    cacheMaxAge: Math.floor(flags['cache-max-age'] / 1000),
    verify: readVerify(flags, problems),
    drift: readDrift(flags, problems),
    budgets: readBudgets(flags, problems),
    ...readServerFlags(flags),
    verbosity: flags.v,
  };
  return { ...settings, remarks: [...remarks, ...describeIdle(flags, settings)] };
}

/** Nobody but who reads `ca.crt` trusts the issuer: there is no configuration whose caBundle would be ours. */
function readCertificate(flags: Flags, cluster: ClusterSettings, problems: Problems): CertificateSettings {
  const { 'in-cluster': inCluster, 'plain-http': isPlain } = flags;
  if (inCluster && isPlain) {
    problems.push('--in-cluster makes a certificate, and --plain-http serves none: give one of them');
  }
  if (!inCluster || isPlain) return { kind: 'files', certPath: flags['tls-cert'], keyPath: flags['tls-key'] };
  return { kind: 'kept', cluster, kept: readKeptCertificate(flags, [], problems) };
}

function toListen(flags: Flags): IssuerCommandSettings['listen'] {
  const asked = flags['bind-address'];
  // Without TLS nobody but a proxy on this machine is to hear it, unless the operator says so.
  const host = asked === '' && flags['plain-http'] ? '127.0.0.1' : asked;
  return { host, port: flags.port, opsHost: asked, metricsPort: flags['metrics-port'] };
}

function readJwksUri(flags: Flags, problems: Problems): string {
  const asked = flags['jwks-uri'];
  if (asked === '') return `${flags.issuer.replace(/\/$/, '')}/openid/v1/jwks`;
  const reading = parseDocumentUrl(asked, { httpsOnly: true });
  if (reading.kind === 'refused') problems.push(`--jwks-uri ${describeJwksUri(reading)}`);
  return asked;
}

function describeJwksUri({ fault, problem }: Extract<DocumentUrl, { kind: 'refused' }>): string {
  if (fault !== 'scheme' && fault !== 'plain-http') return problem;
  return 'is no https URL: give the one under which STS can fetch the JWKS, or leave it out';
}

function readSource(flags: Flags, problems: Problems): SourceSettings {
  const { 'key-file': paths, 'jwks-file': path } = flags;
  if (paths.length > 0 && path !== '') {
    problems.push('--key-file and --jwks-file are two sources of keys: give one of them');
  }
  if ((paths.length > 0 || path !== '') && flags['drift-interval'] === 0 && hasCluster(flags)) {
    problems.push(
      '--kubeconfig and --kube-api name a source of keys, and so does --key-file or --jwks-file: give one',
    );
  }
  if (paths.length > 0) return { kind: 'pem', paths };
  if (path !== '') return { kind: 'jwks', path };
  return { kind: 'cluster', refreshInterval: flags['refresh-interval'] };
}

/** Whether one is named that is for nothing but the keys. */
function hasCluster(flags: Flags): boolean {
  if (flags['in-cluster']) return false;
  return flags.kubeconfig !== '' || flags['kube-api'] !== '';
}

function readVerify(flags: Flags, problems: Problems): VerifySettings | undefined {
  const clientCaPath = flags['verify-client-ca'];
  const tokenPath = flags['verify-token-file'];
  const clientNames = flags['verify-client-name'];
  if (clientNames.length > 0 && clientCaPath === '') {
    problems.push('--verify-client-name needs --verify-client-ca: without it no certificate is asked for');
  }
  if (clientCaPath === '' && tokenPath === '') return undefined;
  if (flags['plain-http'] && clientCaPath !== '') {
    problems.push(
      '--verify-client-ca needs TLS: leave --plain-http out, or allow callers by --verify-token-file',
    );
  }
  if (flags['plain-http'] && !/^(127\.|::1$|$)/.test(flags['bind-address'])) {
    problems.push(
      '--verify-token-file under --plain-http sends tokens in clear text: bind to 127.0.0.1, or serve TLS',
    );
  }
  return { clientCaPath, clientNames, tokenPath, audiences: flags['verify-audience'] };
}

function readDrift(flags: Flags, problems: Problems): DriftSettings | undefined {
  const account = readAccount('drift-service-account', flags['drift-service-account'], problems);
  if (flags['drift-interval'] === 0) return undefined;
  return {
    interval: flags['drift-interval'],
    account,
    publicCaPath: flags['public-ca'],
    privateHosts: flags['private-host'],
    compareApiServers: flags['compare-api-servers'],
  };
}

function describeIdle(
  flags: Flags,
  { verify, drift, tls, source }: Omit<IssuerCommandSettings, 'remarks'>,
): string[] {
  const remarks: string[] = [];
  const idle = (names: readonly (keyof Flags)[], why: string): void => {
    for (const name of names) {
      const value = flags[name];
      const given = Array.isArray(value) ? value.length > 0 : value !== ISSUER_FLAGS[name].default;
      if (given) remarks.push(`--${name} has no effect: ${why}`);
    }
  };
  if (source.kind !== 'cluster')
    idle(['refresh-interval'], 'it is for the cluster as the source of the keys');
  if (drift === undefined) {
    idle(
      ['drift-service-account', 'public-ca', 'private-host', 'compare-api-servers'],
      'it is for --drift-interval, which is 0',
    );
  }
  if (verify === undefined && flags['verify-audience'] !== ISSUER_FLAGS['verify-audience'].default) {
    remarks.push('--verify-audience has no effect: POST /verify is off');
  }
  if (tls === undefined)
    idle(['tls-cert', 'tls-key', 'tls-min-version', 'tls-cipher-suites'], 'it is for TLS');
  if (tls?.certificate.kind === 'kept') idle(['tls-cert', 'tls-key'], 'it is for --in-cluster=false');
  if (!flags['in-cluster'])
    idle(['namespace', 'service-name', 'tls-secret', 'tls-san'], 'it is for --in-cluster, which is off');
  return remarks;
}
