import { expandVariables } from './expansion.ts';
import { findProgram, type LocalImage } from './images.ts';
import { type PlacedMount, rewritePath } from './mounts.ts';
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

export interface ProcessPlace {
  readonly images: readonly LocalImage[];
  readonly mounts: readonly PlacedMount[];
  /** What stands for the image's home folder. */
  readonly home: string;
}

/**
 * Plans the process that a container becomes: the environment that its image would have (PATH, HOME), then the pod's own
 * and nothing else; paths below a mount point lead to where that lies here.
 */
export function planProcess(container: NodeContainer, { images, mounts, home }: ProcessPlace): ProcessPlan {
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
