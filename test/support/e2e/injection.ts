import type { Container, Pod, Volume } from './objects.ts';

/** What a webhook did to a pod, in a form that reads well in a failed comparison. */
export interface Injection {
  /** The pod's first volume, if it is the token volume; it belongs at index 0. */
  readonly token: TokenVolume | undefined;
  /** By container name, init containers first: all variables in order, and the last mount. */
  readonly containers: Readonly<Record<string, SeenContainer>>;
}

export interface TokenVolume {
  readonly name: string;
  readonly audience: string;
  readonly expirationSeconds: number;
  readonly path: string;
}

export interface SeenContainer {
  /** `NAME=value`. */
  readonly env: readonly string[];
  /** `VOLUME at PATH`, with ` (read only)`. */
  readonly lastMount: string;
}

const VOLUME = 'aws-iam-token';
const FOLDER = '/var/run/secrets/eks.amazonaws.com/serviceaccount';
/** The variable and the mount that every container of the fixtures has by itself. */
export const UNTOUCHED: SeenContainer = { env: ['GREETING=hello'], lastMount: 'scratch at /scratch' };

/** Reads a pod that the API server has stored, or would have. */
export function readInjection(pod: Pod): Injection {
  const { initContainers = [], containers, volumes = [] } = pod.spec;
  return {
    token: readToken(volumes[0]),
    containers: Object.fromEntries(
      [...initContainers, ...containers].map((container) => [container.name, readContainer(container)]),
    ),
  };
}

/** The role that a container was given; undefined for none. Throws nothing: for loops over many pods. */
export function readRole(pod: Pod, container = 'app'): string | undefined {
  const env = pod.spec.containers.find(({ name }) => name === container)?.env ?? [];
  const role = env.find(({ name }) => name === 'AWS_ROLE_ARN')?.value;
  return readToken(pod.spec.volumes?.[0]) === undefined ? undefined : role;
}

export interface WebIdentity {
  readonly role: string;
  readonly audience?: string;
  readonly expirationSeconds?: number;
  /** Variables that come before the pair. */
  readonly before?: readonly string[];
  /** `app` where absent. */
  readonly containers?: readonly string[];
}

/** What {@link readInjection} has to say about a pod of the fixtures that got a web identity. */
export function toInjection(identity: WebIdentity): Injection {
  const { role, audience = 'sts.amazonaws.com', expirationSeconds = 86_400 } = identity;
  const pair = [`AWS_ROLE_ARN=${role}`, `AWS_WEB_IDENTITY_TOKEN_FILE=${FOLDER}/token`];
  const seen: SeenContainer = {
    env: [...UNTOUCHED.env, ...(identity.before ?? []), ...pair],
    lastMount: `${VOLUME} at ${FOLDER} (read only)`,
  };
  return {
    token: { name: VOLUME, audience, expirationSeconds, path: 'token' },
    containers: Object.fromEntries((identity.containers ?? ['app']).map((name) => [name, seen])),
  };
}

/** The same for a pod that was left alone. */
export function toNoInjection(containers: readonly string[] = ['app']): Injection {
  return { token: undefined, containers: Object.fromEntries(containers.map((name) => [name, UNTOUCHED])) };
}

function readContainer({ env = [], volumeMounts = [] }: Container): SeenContainer {
  const mount = volumeMounts.at(-1);
  const suffix = mount?.readOnly ? ' (read only)' : '';
  return {
    env: env.map(({ name, value }) => `${name}=${value ?? ''}`),
    lastMount: mount === undefined ? 'none' : `${mount.name} at ${mount.mountPath}${suffix}`,
  };
}

interface ProjectedToken {
  readonly sources: readonly { readonly serviceAccountToken?: Omit<TokenVolume, 'name'> }[];
}

function readToken(volume: Volume | undefined): TokenVolume | undefined {
  // The API server has validated the volume: a `projected` member has this shape.
  const projected = volume?.['projected'] as ProjectedToken | undefined;
  const token = projected?.sources[0]?.serviceAccountToken;
  if (volume === undefined || token === undefined) return undefined;
  const { audience, expirationSeconds, path } = token;
  return { name: volume.name, audience, expirationSeconds, path };
}
