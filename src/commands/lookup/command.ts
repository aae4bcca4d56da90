import { Option } from 'commander';
import { addIdentityOptions, addNamespaceOptions, addSourceOptions } from '../access/options.ts';
import type { Registration } from '../registration.ts';
import type { LookupOptions } from './run.ts';

const HELP = `
NAME is exact: a user, a group, an account's name or NAMESPACE/NAME. FROM says who it is: entries of the mappings that give it, the
IAM role of a ServiceAccount. With --as, --sa or --arn: all that counts for that one, by user and groups.

Examples:
  iam-bridge lookup dev
  iam-bridge lookup -e '^team-' -k Group -n team-a
  iam-bridge lookup --arn arn:aws:iam::111122223333:role/dev --session jane

Exit codes: 0 found, 1 nothing found, 2 usage, 3 the cluster could not be read.`;

export const registerLookup: Registration = (command, context) => {
  addNamespaceOptions(
    addIdentityOptions(addSourceOptions(command)),
    'only what counts in this namespace (default: all)',
  )
    .argument('[name]', 'the subject; without it all of them')
    .option('-e, --regex <pattern>', 'instead: subjects whose name this regular expression finds')
    .option('--not', 'with -e: those that it does not find')
    .addOption(
      new Option('-k, --kind <kind>', 'only subjects of this kind').choices([
        'User',
        'Group',
        'ServiceAccount',
      ]),
    )
    .option(
      '--implied',
      "with a NAME: also what the groups give that everybody, or the account's namespace, has",
    )
    .addHelpText('after', HELP)
    .action(async (name: string | undefined, options: LookupOptions) => {
      const { runLookup } = await import('./run.ts');
      context.finish(await runLookup({ name, options }, context));
    });
};
