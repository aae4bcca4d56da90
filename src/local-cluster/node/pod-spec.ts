import { z } from 'zod';
import type { JsonRecord } from '../../json/record.ts';

/** As much of a pod as the test node runs. */
export interface NodePod {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly serviceAccountName: string;
  readonly fsGroup: number | undefined;
  /** Where all containers run as the same user. */
  readonly runAsUser: number | undefined;
  readonly volumes: readonly NodeVolume[];
  /** Run one after the other, before all others. */
  readonly initContainers: readonly NodeContainer[];
  readonly containers: readonly NodeContainer[];
}

export interface NodeContainer {
  readonly name: string;
  readonly image: string;
  /** Empty: the image's own. */
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly mounts: readonly NodeMount[];
}

export interface NodeMount {
  readonly volume: string;
  /** Absolute, in the container. */
  readonly path: string;
}

/** A volume whose files are tokens; one without a source is an empty folder. */
export interface NodeVolume {
  readonly name: string;
  /** File mode where neither fsGroup nor a common user decides. */
  readonly defaultMode: number;
  readonly tokens: readonly TokenSource[];
}

/** A `serviceAccountToken` source of a projected volume. */
export interface TokenSource {
  /** undefined: the API server's own. */
  readonly audience: string | undefined;
  readonly expirationSeconds: number;
  /** Below the volume. */
  readonly path: string;
}

export type PodReading =
  | { readonly kind: 'pod'; readonly pod: NodePod }
  /** `problem`: one line that names the field. */
  | { readonly kind: 'unsupported'; readonly pod: PodReference; readonly problem: string };

/** A very pod: another of the same name has another uid. */
export type PodReference = Pick<NodePod, 'namespace' | 'name' | 'uid'>;

/** A value from elsewhere (`valueFrom`) is refused: without it, something else would run than was asked for. */
const variable = z.strictObject({ name: z.string(), value: z.string().default('') });

/** Names become folders here. The API server has stricter rules for them; these keep a folder within its parent. */
const folderName = z
  .string()
  .regex(/^\w[\w.-]{0,252}$/, 'must be a name of letters, digits, dots and dashes');

const container = z.object({
  name: z.string(),
  image: z.string(),
  command: z.array(z.string()).default([]),
  args: z.array(z.string()).default([]),
  env: z.array(variable).default([]),
  envFrom: z.array(z.unknown()).max(0, 'the test node reads literal variables only').optional(),
  volumeMounts: z
    .array(
      z.object({
        name: folderName,
        mountPath: z.string().startsWith('/'),
        subPath: z.undefined('the test node mounts whole volumes only').optional(),
      }),
    )
    .default([]),
  securityContext: z.object({ runAsUser: z.number().optional() }).optional(),
  // A native sidecar outlives its place in the row.
  restartPolicy: z.undefined('the test node knows no native sidecars').optional(),
});

/** A path that stays below its folder: the API server has the same rule. */
const relativePath = z
  .string()
  .regex(/^(?!\/)(?!.*(?:^|\/)\.\.(?:\/|$)).+$/, 'must be a path below the volume');

const source = z.object({
  serviceAccountToken: z
    .object({
      audience: z.string().optional(),
      expirationSeconds: z.number().default(3_600),
      path: relativePath,
    })
    .optional(),
});

const volume = z.union([
  z.strictObject({
    name: folderName,
    projected: z.object({ defaultMode: z.number().default(0o644), sources: z.array(source) }),
  }),
  z.strictObject({ name: folderName, emptyDir: z.unknown() }),
]);

const metadataSchema = z.object({ namespace: z.string(), name: z.string(), uid: folderName });

const podSchema = z.object({
  metadata: metadataSchema,
  spec: z.object({
    serviceAccountName: z.string().default('default'),
    restartPolicy: z.literal('Never', 'the test node starts containers once only'),
    securityContext: z
      .object({ fsGroup: z.number().optional(), runAsUser: z.number().optional() })
      .optional(),
    volumes: z.array(volume).default([]),
    initContainers: z.array(container).default([]),
    containers: z.array(container).min(1),
  }),
});

/**
 * Reads a pod as the API server has it. What would change how a container runs, and is not supported here, is a problem
 * rather than left out; sources of a projected volume that are no tokens are left out, since they only help programs
 * that talk to the Kubernetes API.
 * @throws Error where it is no object of an API server's: it has no name or no uid
 */
export function readPod(object: JsonRecord): PodReading {
  const { success, data, error } = podSchema.safeParse(object);
  if (!success) {
    const [issue] = error.issues;
    const problem = `${issue?.path.join('.')}: ${issue?.message}`;
    return { kind: 'unsupported', pod: metadataSchema.parse(object['metadata']), problem };
  }
  const { metadata, spec } = data;
  const { fsGroup, runAsUser } = spec.securityContext ?? {};
  const all = [...spec.initContainers, ...spec.containers];
  const users = new Set(all.map((each) => each.securityContext?.runAsUser ?? runAsUser));
  return {
    kind: 'pod',
    pod: {
      ...metadata,
      serviceAccountName: spec.serviceAccountName,
      fsGroup,
      runAsUser: users.size === 1 ? [...users][0] : undefined,
      volumes: spec.volumes.map(toVolume),
      initContainers: spec.initContainers.map(toContainer),
      containers: spec.containers.map(toContainer),
    },
  };
}

function toVolume(from: z.infer<typeof volume>): NodeVolume {
  const { defaultMode, sources } = 'projected' in from ? from.projected : { defaultMode: 0o755, sources: [] };
  const tokens = sources.flatMap(({ serviceAccountToken }) => {
    if (serviceAccountToken === undefined) return [];
    const { audience, expirationSeconds, path } = serviceAccountToken;
    return [{ audience, expirationSeconds, path }];
  });
  return { name: from.name, defaultMode, tokens };
}

function toContainer({
  name,
  image,
  command,
  args,
  env,
  volumeMounts,
}: z.infer<typeof container>): NodeContainer {
  const mounts = volumeMounts.map((mount) => ({ volume: mount.name, path: mount.mountPath }));
  return { name, image, command, args, env, mounts };
}
