import { basename } from 'node:path';

/** Programs that this one stands in for under their own names. */
const PROGRAMS = ['webhook', 'aws-iam-authenticator'];

/**
 * What follows the program on a command line. In the image, where no shell can add a word, `/webhook` and
 * `/aws-iam-authenticator` are links to the bundle: the name is the first word then.
 * @param argv of the process: Node, the file as it was named, words
 */
export function readWords([, file = '', ...words]: readonly string[]): readonly string[] {
  const name = basename(file);
  return PROGRAMS.includes(name) ? [name, ...words] : words;
}
