import { type DriftDeps, type DriftReport, findDrift } from '../../../src/issuer/drift/report.ts';
import type { FetchDocument } from '../../../src/issuer/keys/fetch-document.ts';
import { KeySourceError } from '../../../src/issuer/keys/key-source.ts';
import type { KubeApi } from '../../../src/kube/api.ts';
import { createEcJwk, type Jwk, toSet } from './key-jwks.ts';

export const ISSUER = 'https://oidc.example/clusters/demo';
export const DISCOVERY_URL = `${ISSUER}/.well-known/openid-configuration`;
export const JWKS_URL = `${ISSUER}/openid/v1/jwks`;

export const current: Jwk = { ...createEcJwk('current'), use: 'sig', alg: 'ES256' };
export const next: Jwk = { ...createEcJwk('next'), use: 'sig', alg: 'ES256' };

export const DISCOVERY = {
  issuer: ISSUER,
  jwks_uri: JWKS_URL,
  response_types_supported: ['id_token'],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['ES256'],
};

/** What is at a URL: a document, or why it cannot be had. */
export interface Page {
  readonly status?: number;
  readonly body?: string;
  readonly contentType?: string;
  readonly error?: KeySourceError;
  /** ms that it takes, by the clock of the scene */
  readonly takes?: number;
}

/** What the API server says to a path. */
export interface ApiPage {
  readonly status?: number;
  readonly body: string;
}

export interface Scene {
  readonly issuer?: string;
  readonly discovery?: Page;
  readonly jwks?: Page;
  /** Pages at other URLs. */
  readonly pages?: Readonly<Record<string, Page>>;
  readonly cluster?:
    | string
    | { readonly discovery?: ApiPage; readonly jwks?: ApiPage; readonly token?: ApiPage };
  readonly account?: boolean;
  readonly apiServers?: DriftDeps['apiServers'];
}

const GOOD_JWKS = toSet(current, next);

export function toDiscovery(changes: object = {}): string {
  return JSON.stringify({ ...DISCOVERY, ...changes });
}

/** A token as the API server would make it; its signature does not matter here. */
export function toTokenAnswer(header: object = {}, claims: object = {}): ApiPage {
  const parts = [
    { alg: 'ES256', kid: 'current', ...header },
    { iss: ISSUER, ...claims },
  ].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'));
  return { status: 201, body: JSON.stringify({ status: { token: `${parts.join('.')}.c2ln` } }) };
}

export interface Look extends DriftReport {
  readonly fetched: readonly string[];
  readonly sent: readonly { readonly path: string; readonly body: object }[];
}

/** Compares a cluster with a public side in which everything is as it should be, but for what the scene says. */
export async function look(scene: Scene = {}): Promise<Look> {
  const fetched: string[] = [];
  const sent: { path: string; body: object }[] = [];
  let now = 0;
  const pages: Readonly<Record<string, Page>> = {
    [DISCOVERY_URL]: { body: toDiscovery(), contentType: 'application/json', ...scene.discovery },
    [JWKS_URL]: { body: GOOD_JWKS, contentType: 'application/jwk-set+json', ...scene.jwks },
    ...scene.pages,
  };
  const fetch: FetchDocument = async (url) => {
    fetched.push(url);
    const page = pages[url] ?? { error: new KeySourceError('unreachable', 'nothing is there') };
    now += page.takes ?? 10;
    if (page.error) throw page.error;
    return { status: page.status ?? 200, body: page.body ?? '', contentType: page.contentType ?? '' };
  };
  const cluster =
    typeof scene.cluster === 'string'
      ? scene.cluster
      : {
          api: createApi(scene.cluster ?? {}, sent),
          ...(scene.account === true && { account: { namespace: 'demo', name: 's3-echoer' } }),
        };
  const report = await findDrift(scene.issuer ?? ISSUER, {
    cluster,
    apiServers: scene.apiServers,
    public: { fetch, monotonic: () => now },
  });
  return { ...report, fetched, sent };
}

function createApi(
  { discovery, jwks, token }: Exclude<Scene['cluster'], string | undefined>,
  sent: { path: string; body: object }[],
): Pick<KubeApi, 'get' | 'send'> {
  return {
    async get(path) {
      const page = path.endsWith('/jwks')
        ? (jwks ?? { body: GOOD_JWKS })
        : (discovery ?? { body: toDiscovery() });
      return { status: page.status ?? 200, body: page.body };
    },
    async send(_method, path, body) {
      sent.push({ path, body });
      const page = token ?? toTokenAnswer();
      return { status: page.status ?? 201, body: page.body };
    },
  };
}
