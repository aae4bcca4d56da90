import { join } from 'node:path';
import { findProgram, type LocalImage } from './images.ts';
import type { NodeContainer } from './pod-spec.ts';

/** A container as a process of this machine. */
export interface ProcessSpec {
  /** Program and arguments. */
  readonly command: readonly string[];
  /** All of its environment. */
  readonly env: Readonly<Record<string, string>>;
}

export type ProcessPlan =
  | { readonly kind: 'process'; readonly process: ProcessSpec }
  | { readonly kind: 'unknown-program'; readonly problem: string };

export interface ProcessOptions {
  readonly images: readonly LocalImage[];
  readonly mounts: readonly PlacedMount[];
  /** What stands for the image's home folder. */
  readonly home: string;
}

/**
 * Plans the process that a container becomes: the environment that its image would have (PATH, HOME), then the pod's own
 * and nothing else; paths below a mount point lead to where that lies here.
 */
export function planProcess(container: NodeContainer, { images, mounts, home }: ProcessOptions): ProcessPlan {
  const variables = expandEnvironment(container.env);
  const toLocal = (text: string): string => rewritePath(expandVariables(text, variables), mounts);
  const program = findProgram(images, container.image, container.command.map(toLocal));
  if (program.kind !== 'program') return { kind: 'unknown-program', problem: program.problem };
  const own = [...variables].map(([name, value]) => [name, rewritePath(value, mounts)]);
  return {
    kind: 'process',
    process: {
      command: [...program.command, ...container.args.map(toLocal)],
      env: { PATH: IMAGE_PATH, HOME: home, ...Object.fromEntries(own) },
    },
  };
}

const IMAGE_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Each value may name those before it, as they stand then. */
function expandEnvironment(env: NodeContainer['env']): Map<string, string> {
  const values = new Map<string, string>();
  for (const { name, value } of env) values.set(name, expandVariables(value, values));
  return values;
}

/**
 * Puts values in place of `$(NAME)` as kubelet does in `env`, `command` and `args`: `$$` is a dollar sign, so
 * `$$(NAME)` is the text `$(NAME)`; a name that is not known stays as it is (Kubernetes, "Define dependent environment
 * variables").
 */
export function expandVariables(text: string, values: ReadonlyMap<string, string>): string {
  return text.replace(/\$\$|\$\(([^)]*)\)/g, (whole, name: string | undefined) =>
    name === undefined ? '$' : (values.get(name) ?? whole),
  );
}

/** Where a folder of the container lies on this machine. */
export interface PlacedMount {
  /** In the container, without a slash at its end. */
  readonly path: string;
  /** Here, absolute. */
  readonly folder: string;
}

/** @param volumes the folder that has one for each volume of the pod */
export function placeMounts({ mounts }: Pick<NodeContainer, 'mounts'>, volumes: string): PlacedMount[] {
  return (
    mounts
      .map(({ volume, path }) => ({ path: path.replace(/\/+$/, ''), folder: join(volumes, volume) }))
      // Of two that lie within each other, the inner one is meant.
      .sort((a, b) => b.path.length - a.path.length)
  );
}

/**
 * Has a text that points below a mount point to where that lies here: the whole text, or what follows the first `=` of
 * it, as in `--token=/var/run/token`.
 */
export function rewritePath(text: string, mounts: readonly PlacedMount[]): string {
  for (const start of [0, text.indexOf('=') + 1]) {
    const path = text.slice(start);
    const mount = mounts.find((each) => path === each.path || path.startsWith(`${each.path}/`));
    if (mount !== undefined) return text.slice(0, start) + mount.folder + path.slice(mount.path.length);
  }
  return text;
}
