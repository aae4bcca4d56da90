import type { ApiAnswer, KubeApi } from '../../../src/kube/api.ts';

type Json = Readonly<Record<string, unknown>>;

/** Something that happens to a request before the API server sees it, or instead. */
export type Fault = (method: string, path: string) => Promise<ApiAnswer | undefined> | ApiAnswer | undefined;

/**
 * A Secret and webhook configurations, as the API server keeps them: resourceVersions that grow, conflicts where one is
 * outdated, apply and strategic merge as far as they are used here.
 */
export interface FakeApi extends Pick<KubeApi, 'get' | 'send'> {
  /** `METHOD path` of all that was answered. */
  readonly calls: readonly string[];
  readSecret(): Readonly<Record<string, string>> | undefined;
  /** The labels, the type, and what else is beside the data. */
  readSecretObject(): Json | undefined;
  /** What somebody else writes; undefined deletes it. */
  putSecret(data: Readonly<Record<string, string>> | undefined, type?: string): void;
  readBundles(configuration?: string): readonly (string | undefined)[];
  putConfiguration(name: string, webhooks: readonly Json[] | undefined): void;
  setBundle(text: string, configuration?: string): void;
  /** How far the server's clock is ahead of the replica's. ms */
  setSkew(ms: number): void;
  setFault(fault: Fault | undefined): void;
}

export const CONFIGURATION = 'pod-identity-webhook';
export const SERVICE = { namespace: 'eks', name: 'pod-identity-webhook' };

const encode = (text: string): string => Buffer.from(text).toString('base64');
const decode = (text: string): string => Buffer.from(text, 'base64').toString();

interface Webhook extends Json {
  readonly name: string;
  readonly clientConfig: Json;
}

interface Stored {
  readonly metadata: Json;
  readonly [member: string]: unknown;
}

export function toWebhook(
  name: string,
  clientConfig: Json = { service: { ...SERVICE, path: '/mutate' } },
): Webhook {
  return { name, clientConfig, sideEffects: 'None', admissionReviewVersions: ['v1'] };
}

export function createFakeApi(now: () => number): FakeApi {
  let version = 100;
  let skew = 0;
  let fault: Fault | undefined;
  let secret: Stored | undefined;
  const configurations = new Map<string, Stored & { readonly webhooks: readonly Webhook[] }>();
  const calls: string[] = [];
  const answer = (status: number, body: unknown = { message: `status ${status}` }): ApiAnswer => ({
    status,
    body: JSON.stringify(body),
    date: now() + skew,
  });
  const stamp = (metadata: Json): Json => {
    version += 1;
    return { ...metadata, resourceVersion: String(version) };
  };

  const isOutdated = (before: Stored, sent: Stored): boolean =>
    sent.metadata['resourceVersion'] !== before.metadata['resourceVersion'];

  function askSecret(method: string, sent: Stored): ApiAnswer {
    const before = secret;
    if (before === undefined && method !== 'PATCH') return answer(404);
    if (before !== undefined && method !== 'PUT') return answer(200, before);
    if (before !== undefined && isOutdated(before, sent)) return answer(409);
    secret = { ...sent, metadata: stamp(sent.metadata) };
    return answer(before === undefined ? 201 : 200, secret);
  }

  function askConfiguration(name: string, method: string, sent: Stored): ApiAnswer {
    const before = configurations.get(name);
    if (before === undefined) return answer(404);
    if (method === 'GET') return answer(200, before);
    if (isOutdated(before, sent)) return answer(409);
    const changes = new Map((sent['webhooks'] as readonly Webhook[]).map((each) => [each.name, each]));
    const webhooks = before.webhooks.map((each) => ({
      ...each,
      clientConfig: { ...each.clientConfig, ...changes.get(each.name)?.clientConfig },
    }));
    const changed = { ...before, metadata: stamp(before.metadata), webhooks };
    configurations.set(name, changed);
    return answer(200, changed);
  }

  async function ask(method: string, url: string, object?: object): Promise<ApiAnswer> {
    const [path = ''] = url.split('?');
    const other = await fault?.(method, path);
    if (other !== undefined) return other;
    // Others get a turn between what one replica reads and what it writes.
    await new Promise((resolve) => setImmediate(resolve));
    calls.push(`${method} ${path}`);
    const sent = (object ?? { metadata: {} }) as Stored;
    if (path === `/api/v1/namespaces/${SERVICE.namespace}/secrets/pod-identity-webhook`)
      return askSecret(method, sent);
    const [, name] = /mutatingwebhookconfigurations\/([^/]+)$/.exec(path) ?? [];
    return name === undefined ? answer(404) : askConfiguration(name, method, sent);
  }

  function putConfiguration(name: string, webhooks: readonly Json[] | undefined): void {
    if (webhooks === undefined) configurations.delete(name);
    else configurations.set(name, { metadata: stamp({ name }), webhooks: webhooks as readonly Webhook[] });
  }

  putConfiguration(CONFIGURATION, [toWebhook('pods.iam-bridge.test'), toWebhook('strict.iam-bridge.test')]);
  return {
    calls,
    get: (path) => ask('GET', path),
    send: (method, path, object) => ask(method, path, object),
    readSecretObject: () => secret,
    readSecret() {
      const data =
        secret === undefined ? undefined : ((secret['data'] ?? {}) as Readonly<Record<string, string>>);
      return data && Object.fromEntries(Object.entries(data).map(([name, value]) => [name, decode(value)]));
    },
    putSecret(data, type = 'Opaque') {
      const encoded =
        data && Object.fromEntries(Object.entries(data).map(([name, value]) => [name, encode(value)]));
      const metadata = { name: 'pod-identity-webhook', labels: { team: 'identity' } };
      secret = encoded && { metadata: stamp(metadata), type, data: encoded };
    },
    readBundles: (name = CONFIGURATION) =>
      (configurations.get(name)?.webhooks ?? []).map(({ clientConfig: { caBundle } }) =>
        typeof caBundle === 'string' ? decode(caBundle) : undefined,
      ),
    putConfiguration,
    setBundle(text, name = CONFIGURATION) {
      const before = configurations.get(name)?.webhooks ?? [];
      putConfiguration(
        name,
        before.map((each) => ({ ...each, clientConfig: { ...each.clientConfig, caBundle: encode(text) } })),
      );
    },
    setSkew(ms) {
      skew = ms;
    },
    setFault(next) {
      fault = next;
    },
  };
}
