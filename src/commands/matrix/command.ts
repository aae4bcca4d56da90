import { addIdentityOptions, addNamespaceOptions, addSourceOptions } from '../access/options.ts';
import type { Registration } from '../registration.ts';
import type { MatrixOptions } from './options.ts';

const HELP = `
A cell is what iam-bridge can says to that verb and resource, whatever the object: ✔ yes, ✖ no, ? nobody can tell; blank where the
API has no such request. A cluster is asked each of them, as access-matrix does it; --subjects and --roles are answered by RBAC
alone, and have rows only where something is allowed.

Examples:
  iam-bridge matrix -n team-a
  iam-bridge matrix --arn arn:aws:iam::111122223333:role/dev --session jane --verbs all --subresources
  iam-bridge matrix --sa team-a:ci -n team-a --resources pods,pods/log,deployments.apps --verbs get,list
  iam-bridge matrix --subjects . --resources secrets -n team-a
  iam-bridge matrix --roles '^(view|edit|admin)$' --snapshot cluster.json -o csv

Exit codes: 0 a table, 1 no subject or role is found or allowed anything, 2 usage, 3 the cluster could not be asked all of it.`;

export const registerMatrix: Registration = (command, context) => {
  addNamespaceOptions(addIdentityOptions(addSourceOptions(command, ['json', 'yaml', 'csv'])))
    .option('--subjects <regex>', 'a row for each subject of bindings with such a name')
    .option('--roles <regex>', 'a row for each role with such a name')
    .option('--resources <list>', 'only these, as can takes them (default: all that there are)')
    .option('--verbs <list>', 'the columns, or all of those that requests have', 'list,create,update,delete')
    .option('--subresources', 'rows for subresources, too')
    .option('--ascii', 'yes, no, n/a and unknown instead of signs')
    .addHelpText('after', HELP)
    .action(async (options: MatrixOptions) => {
      const { runMatrix } = await import('./run.ts');
      context.finish(await runMatrix(options, context));
    });
};
