/** What stands for an image on this machine. */
export interface LocalImage {
  /** Without its tag: `iam-bridge/iam-bridge`. */
  readonly name: string;
  /** The first word of a container's command, and what is run in its place. */
  readonly programs: Readonly<Record<string, readonly string[]>>;
  /** What the image runs where the container has no command. */
  readonly entrypoint: readonly string[];
}

export type ProgramFinding =
  | { readonly kind: 'program'; readonly command: readonly string[] }
  | { readonly kind: 'unknown'; readonly problem: string };

/**
 * Finds what to run for an image and a command. Only what the table has is run: a pod that comes from anywhere must not
 * choose a program of this machine.
 */
export function findProgram(
  images: readonly LocalImage[],
  image: string,
  command: readonly string[],
): ProgramFinding {
  const found = images.find(({ name }) => name === removeTag(image));
  if (found === undefined) {
    const known = images.map(({ name }) => name).join(', ');
    return { kind: 'unknown', problem: `no local program stands for image ${image}; known: ${known}` };
  }
  const [first, ...rest] = command.length === 0 ? found.entrypoint : command;
  const program = Object.hasOwn(found.programs, first ?? '') ? found.programs[first ?? ''] : undefined;
  if (program === undefined) {
    const known = Object.keys(found.programs).join(', ');
    return { kind: 'unknown', problem: `image ${image} has no program ${first} here; known: ${known}` };
  }
  return { kind: 'program', command: [...program, ...rest] };
}

/** A colon before the last slash is the registry's port. */
function removeTag(image: string): string {
  return image.replace(/@.*$/, '').replace(/:[^:/]*$/, '');
}
