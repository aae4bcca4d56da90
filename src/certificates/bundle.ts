import { ExplainedError } from '../base/errors.ts';
import { toUrlHost } from '../base/names/host.ts';
import { parseJson } from '../json/parse.ts';
import { isRecord, type JsonRecord } from '../json/record.ts';
import type { ApiAnswer, KubeApi } from '../kube/api.ts';
import { toStatusError } from '../kube/errors.ts';
import { readResourceVersion } from '../kube/objects.ts';
import { describeTrouble } from '../kube/trouble.ts';
import { FIELD_MANAGER, type WriteOutcome } from './secret.ts';

/** A webhook configuration whose `caBundle` is ours to keep. */
export interface BundleTarget {
  /** In the plural, of `admissionregistration.k8s.io/v1`. */
  readonly resource: 'mutatingwebhookconfigurations' | 'validatingwebhookconfigurations';
  readonly kind: 'MutatingWebhookConfiguration' | 'ValidatingWebhookConfiguration';
  readonly name: string;
}

/** Which entries of a configuration lead to us. */
export interface OwnAddress {
  readonly service: { readonly namespace: string; readonly name: string };
  /** Of `clientConfig.url`. */
  readonly hosts: readonly string[];
}

/** What a configuration says of the entries that lead to us. */
export interface Bundle {
  readonly target: BundleTarget;
  readonly resourceVersion: string;
  /** Names, and what is in their `caBundle`, PEM; '' is nothing. */
  readonly entries: readonly { readonly name: string; readonly caBundle: string }[];
}

export const BUNDLES_PATH = '/apis/admissionregistration.k8s.io/v1';

interface BundleAccess {
  readonly api: Pick<KubeApi, 'get' | 'send'>;
  readonly signal: AbortSignal;
}

const MAX_BYTES = 4 * 1024 * 1024;

/** @throws Error that says what is wrong with it, also where it is not there, or has no entry that leads to us */
export async function readBundle(
  { api, signal }: BundleAccess,
  target: BundleTarget,
  address: OwnAddress,
): Promise<Bundle> {
  const answer = await api.get(toPath(target), { signal, maxBytes: MAX_BYTES });
  if (answer.status === 404) {
    throw new ExplainedError(
      `there is no ${target.kind} ${target.name}: create it, or name another with --webhook-configuration`,
    );
  }
  if (answer.status !== 200) throw toError('get', answer, target);
  const object = parseJson(answer.body);
  if (!isRecord(object)) throw new Error(`get ${toPath(target)}: the answer is no ${target.kind}`);
  const webhooks = Array.isArray(object['webhooks']) ? object['webhooks'].filter(isRecord) : [];
  const entries = webhooks.flatMap((webhook) => readEntry(webhook, address));
  if (entries.length === 0) {
    const { namespace, name } = address.service;
    throw new ExplainedError(
      `${target.kind} ${target.name} has no webhook that calls the Service ${namespace}/${name}, or a URL whose host is a --tls-san: correct --service-name, --namespace or --tls-san, or its clientConfig`,
    );
  }
  return { target, resourceVersion: readResourceVersion(object), entries };
}

function readEntry(webhook: JsonRecord, address: OwnAddress): Bundle['entries'][number][] {
  const { name, clientConfig } = webhook;
  if (typeof name !== 'string' || !isRecord(clientConfig) || !leadsTo(clientConfig, address)) return [];
  const { caBundle } = clientConfig;
  return [
    { name, caBundle: typeof caBundle === 'string' ? Buffer.from(caBundle, 'base64').toString('utf8') : '' },
  ];
}

function leadsTo({ service, url }: JsonRecord, { service: own, hosts }: OwnAddress): boolean {
  if (isRecord(service)) return service['namespace'] === own.namespace && service['name'] === own.name;
  const parsed = typeof url === 'string' ? URL.parse(url) : null;
  // An IPv6 address has many forms, and in a URL one.
  return (
    parsed !== null &&
    hosts.some((host) => URL.parse(`https://${toUrlHost(host)}`)?.hostname === parsed.hostname)
  );
}

export function isInSync({ entries }: Bundle, authorities: string): boolean {
  return entries.every(({ caBundle }) => caBundle === authorities);
}

/**
 * By strategic merge, whose key is the name of an entry. Server-side apply would make us owner of the whole entry: Helm, Flux
 * and Argo CD could not take it out of their configuration any more (422, seen on 1.36).
 */
const PATCH = 'application/strategic-merge-patch+json';

/**
 * Writes `caBundle` of our entries and nothing else, and only if the configuration is still the one that was read: who is
 * behind must not undo what another replica did. Others' fields stay theirs; a `caBundle` of somebody else's becomes ours.
 * @param authorities PEM
 * @throws Error that says what the API server does not allow, or that it cannot be had
 */
export async function writeBundle(
  { api, signal }: BundleAccess,
  { target, resourceVersion, entries }: Bundle,
  authorities: string,
): Promise<WriteOutcome> {
  const caBundle = Buffer.from(authorities).toString('base64');
  const object = {
    metadata: { resourceVersion },
    webhooks: entries.map(({ name }) => ({ name, clientConfig: { caBundle } })),
  };
  const path = `${toPath(target)}?fieldManager=${FIELD_MANAGER}`;
  const answer = await api.send('PATCH', path, object, {
    contentType: PATCH,
    signal,
  });
  if (answer.status === 409 || answer.status === 404) return 'conflict';
  if (answer.status !== 200) throw toError('patch', answer, target);
  return 'written';
}

function toError(verb: string, { status, body }: ApiAnswer, { resource, kind, name }: BundleTarget): Error {
  const error = toStatusError(`${verb} ${kind} ${name}`, status, body);
  return new ExplainedError(describeTrouble({ during: verb, error }, { resource, name }));
}

function toPath({ resource, name }: BundleTarget): string {
  return `${BUNDLES_PATH}/${resource}/${encodeURIComponent(name)}`;
}
