import { isRegion } from '../../aws/hosts.ts';
import { type PublicationPlace, readPublicationPlace } from '../../issuer/publish/place.ts';
import { parseS3Place, type S3TargetOptions } from '../../issuer/publish/s3-target.ts';
import { readAwsPlace } from '../../settings/aws-endpoints.ts';
import { readLifetime, type SettingsReading } from '../../settings/checks.ts';
import type { ClusterSettings } from '../../settings/cluster.ts';
import { readKubectlCluster } from '../../settings/cluster.ts';
import { findProfileName, readSharedFiles } from '../shared-files.ts';

/** The options as commander has them. */
export interface PublishOptions {
  readonly to?: string;
  readonly issuer?: string;
  readonly jwksUri?: string;
  readonly from?: readonly string[];
  readonly kubeconfig?: string;
  readonly region?: string;
  readonly profile?: string;
  readonly tokenLifetime: string;
  readonly drop?: readonly string[];
  readonly replace?: boolean;
  readonly dryRun?: boolean;
  readonly output?: string;
}

export type TargetSettings =
  | { readonly kind: 'directory'; readonly path: string }
  | ({ readonly kind: 's3' } & S3TargetOptions);

export interface PublishSettings {
  readonly target: TargetSettings;
  readonly place: PublicationPlace;
  readonly from: readonly string[];
  readonly cluster: ClusterSettings;
  /** ms */
  readonly tokenLifetime: number;
  readonly drop: readonly string[];
  readonly replace: boolean;
  readonly dryRun: boolean;
}

/** Kubernetes issues no shorter token. */
const MIN_TOKEN_LIFETIME = 600_000;

/** Everything that is wrong at once. */
export function readPublishSettings(
  options: PublishOptions,
  env: NodeJS.ProcessEnv,
): SettingsReading<PublishSettings> {
  const problems: string[] = [];
  const target = readTarget(options, env, problems);
  const place = readPlace(options, problems);
  const from = options.from ?? [];
  if (from.length === 0) problems.push('--from is missing: give cluster, or PEM or JWKS files');
  const settings = {
    from,
    // Only who asks the cluster has to hear what is wrong with its settings.
    cluster: readKubectlCluster(options.kubeconfig, env, from.includes('cluster') ? problems : []),
    tokenLifetime: readLifetime('token-lifetime', options.tokenLifetime, MIN_TOKEN_LIFETIME, problems),
    drop: options.drop ?? [],
    replace: options.replace === true,
    dryRun: options.dryRun === true,
  };
  if (problems.length > 0 || target === undefined || place === undefined)
    return { kind: 'problems', problems };
  return { kind: 'settings', settings: { ...settings, target, place } };
}

function readPlace({ issuer, jwksUri }: PublishOptions, problems: string[]): PublicationPlace | undefined {
  if (issuer === undefined) {
    problems.push('--issuer is missing: give the URL that the claim iss of the tokens has');
    return undefined;
  }
  const reading = readPublicationPlace(issuer, jwksUri);
  if (reading.kind === 'place') return reading;
  problems.push(...reading.problems);
  return undefined;
}

function readTarget(
  { to, region: named, profile }: PublishOptions,
  env: NodeJS.ProcessEnv,
  problems: string[],
): TargetSettings | undefined {
  if (to === undefined || to === '') {
    problems.push('--to is missing: give a folder, or s3://bucket/prefix');
    return undefined;
  }
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(to)) return { kind: 'directory', path: to };
  const place = parseS3Place(to);
  if (place.kind === 'malformed') {
    problems.push(`--to is neither a folder nor s3://bucket/prefix: ${place.problem}`);
    return undefined;
  }
  const { region: usual, s3Endpoint } = readAwsPlace(env, problems);
  const region = named ?? (usual || readProfileRegion(profile, env));
  if (region === '') problems.push('the region of the bucket is not known: give --region, or set AWS_REGION');
  else if (!isRegion(region))
    problems.push(
      '--region, AWS_REGION or the region of the profile is no region: give one such as eu-west-1',
    );
  return { ...place, kind: 's3', region, endpoint: s3Endpoint };
}

function readProfileRegion(given: string | undefined, env: NodeJS.ProcessEnv): string {
  const { profiles } = readSharedFiles(env);
  return profiles.get(findProfileName(given ?? '', env) ?? 'default')?.get('region') ?? '';
}
