import { parseDocument } from 'yaml';
import { parseDocumentUrl } from '../../base/names/document-url.ts';
import { type IssuerUrl, parseIssuerUrl, quoteIssuer } from '../../base/names/issuer-url.ts';
import { toProviderArn } from '../../trust/provider.ts';
import type { OidcProvider } from '../../web-identity/sts/verdict.ts';
import type { Credentials } from '../credentials.ts';
import type { Instance } from '../ec2/instance.ts';
import { type LocalRole, toUniqueId } from '../principal.ts';
import { type EntryContext, type Files, readKeyFile, readOptionalFile, readTrust } from './files.ts';
import { type ConfigFile, parseConfigFile } from './schema.ts';

/** What the local AWS has in it. */
export interface LocalAwsConfig {
  /** Signatures for another region are refused; absent: it is all regions. */
  readonly region?: string | undefined;
  readonly providers: readonly ProviderConfig[];
  readonly roles: readonly LocalRole[];
  readonly users: readonly Credentials[];
  readonly instances: readonly Instance[];
  readonly buckets: readonly string[];
}

export interface ProviderConfig extends OidcProvider {
  /** Where its keys are: `discovery` asks the issuer, as STS does. */
  readonly keys:
    | { readonly kind: 'file'; readonly path: string }
    | { readonly kind: 'jwks'; readonly url: string }
    | { readonly kind: 'discovery' };
  /** PEM: trusted for the issuer instead of the public roots. */
  readonly ca?: string;
}

export type LocalAwsConfigReading =
  | { readonly kind: 'config'; readonly config: LocalAwsConfig }
  /** All of them, each with the place in the file, what is wrong, and the remedy. */
  | { readonly kind: 'invalid'; readonly problems: readonly string[] };

const MAX_LENGTH = 1_048_576;

/**
 * Reads the YAML file of the local AWS, and the files that it names.
 * @param files those that are named in it
 */
export function readLocalAwsConfig(text: string, files: Files): LocalAwsConfigReading {
  if (text.length > MAX_LENGTH) return refuse(['the file is larger than 1 MiB']);
  const value = parseYaml(text);
  if (typeof value === 'string') return refuse([value]);
  const parsed = parseConfigFile(value.content);
  if (parsed.kind === 'invalid') return parsed;
  const problems: string[] = [];
  const config = toConfig(parsed.file, files, problems);
  return problems.length > 0 ? refuse(problems) : { kind: 'config', config };
}

function refuse(problems: readonly string[]): LocalAwsConfigReading {
  return { kind: 'invalid', problems };
}

function parseYaml(text: string): { readonly content: unknown } | string {
  try {
    const document = parseDocument(text);
    const [first] = document.errors;
    if (first !== undefined) return `the file is no YAML: ${first.message.split('\n')[0]}`;
    // Aliases would let a small file stand for a huge one.
    return { content: document.toJS({ maxAliasCount: 0 }) ?? {} };
  } catch {
    return 'the file has aliases (*name), or is nested too deeply: write out what aliases stand for';
  }
}

function toConfig(file: ConfigFile, files: Files, problems: string[]): LocalAwsConfig {
  const names = {
    roles: file.roles.map(({ arn }) => arn),
    users: file.users.map(({ accessKeyId }) => accessKeyId),
    instances: file.instances.map(({ id }) => id),
    providers: file.providers.map((entry) => `${entry.account ?? file.account} ${entry.url}`),
  };
  for (const [list, each] of Object.entries(names)) checkUnique(list, each, problems);
  return {
    region: file.region,
    providers: file.providers.map((entry, index) =>
      toProvider(
        { ...entry, account: entry.account ?? file.account },
        { at: `providers[${index}]`, files, problems },
      ),
    ),
    roles: file.roles.flatMap((entry, index) => toRole(entry, { at: `roles[${index}]`, files, problems })),
    users: file.users.map(toUser),
    instances: file.instances.map((entry) => ({ ...entry, account: entry.account ?? file.account })),
    buckets: [...new Set(file.buckets)],
  };
}

function checkUnique(list: string, names: readonly string[], problems: string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined)
    problems.push(`${list}: ${twice} is there more than once, and only one could count`);
}

function toProvider(
  entry: ConfigFile['providers'][number] & { readonly account: string },
  context: EntryContext,
): ProviderConfig {
  const { url, clientIds, jwksFile, jwksUri } = entry;
  if (jwksFile !== undefined && jwksUri !== undefined) {
    context.problems.push(
      `${context.at}: give jwksFile or jwksUri; without both, the keys are found as STS finds them`,
    );
  }
  checkUrls(entry, context);
  const path = jwksFile === undefined ? undefined : readKeyFile(jwksFile, context);
  const ca = readOptionalFile(entry.caFile, { ...context, at: `${context.at}.caFile` });
  const keys: ProviderConfig['keys'] =
    path !== undefined
      ? { kind: 'file', path }
      : jwksUri !== undefined
        ? { kind: 'jwks', url: jwksUri }
        : { kind: 'discovery' };
  return { url, clientIds, arn: toProviderArn(url, entry.account), keys, ...(ca !== undefined && { ca }) };
}

/** An issuer that nobody could fetch from is no issuer, also where its keys are in a file. */
function checkUrls({ url, jwksUri }: ConfigFile['providers'][number], { at, problems }: EntryContext): void {
  const issuer = parseIssuerUrl(url);
  if (issuer.kind === 'refused') problems.push(`${at}.url: ${describeIssuer(url, issuer)}`);
  const keys = jwksUri === undefined ? undefined : parseDocumentUrl(jwksUri);
  if (keys?.kind === 'refused') problems.push(`${at}.jwksUri: the URL ${keys.problem}`);
}

function describeIssuer(
  url: string,
  { fault, problem }: Extract<IssuerUrl, { readonly kind: 'refused' }>,
): string {
  if (fault !== 'scheme') return `the issuer ${quoteIssuer(url)} ${problem}`;
  return 'an issuer is a URL such as https://issuer.example/id, without query and fragment, 255 characters at most';
}

function toRole(entry: ConfigFile['roles'][number], context: EntryContext): LocalRole[] {
  const trust = readTrust(entry, context);
  if (trust === undefined) return [];
  const { arn, maxSessionDuration } = entry;
  return [{ arn, maxSessionDuration, permissions: entry.permissions, ...trust }];
}

function toUser({
  arn,
  accessKeyId,
  secretAccessKey,
  permissions: allowed,
}: ConfigFile['users'][number]): Credentials {
  const [, , , , owner = ''] = arn.split(':');
  const principal = { arn, userId: toUniqueId('AIDA', arn), account: owner, permissions: [allowed] };
  return { accessKeyId, secretAccessKey, principal };
}
