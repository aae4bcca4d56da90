import { Option } from 'commander';
import { addIdentityOptions, addNamespaceOptions, addSourceOptions } from '../access/options.ts';
import type { Registration } from '../registration.ts';
import type { RulesOptions } from './run.ts';

const HELP = `
Rights are told with where they count, URLs only where they have an effect. The columns are
G get, L list, W watch, C create, U update, P patch, D delete, X deletecollection.

Examples:
  iam-bridge rules
  iam-bridge rules --arn arn:aws:iam::111122223333:role/dev --session jane
  iam-bridge rules --sa team-a:ci -n team-a --by-role
  iam-bridge summary -k Group dev
  iam-bridge rules --as jane --as-group dev --flat -o json --snapshot cluster.json

Exit codes: 0 there are rights, 1 there are none, 2 usage, 3 the cluster could not be read.`;

export const registerRules: Registration = (command, context) => {
  addNamespaceOptions(
    addIdentityOptions(addSourceOptions(command)),
    'only what counts in this namespace (default: everywhere, which is told)',
  )
    .argument('[name]', 'as rolesum has it: a ServiceAccount of the namespace of -n, or what -k says')
    .addOption(
      new Option('-k, --kind <kind>', 'of NAME (default: ServiceAccount)').choices([
        'User',
        'Group',
        'ServiceAccount',
      ]),
    )
    .option('-c, --cluster-only', 'only what counts cluster-wide, as rolesum has it')
    .option('--flat', 'a line for each verb, group and resource, as rbac-tool policy-rules has it')
    .option('--by-role', 'binding by binding, as rolesum has it')
    .addHelpText('after', HELP)
    .action(async (name: string | undefined, options: RulesOptions) => {
      const { runRules } = await import('./run.ts');
      context.finish(await runRules({ name, options }, context));
    });
};
