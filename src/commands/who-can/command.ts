import { addNamespaceOptions, addSourceOptions } from '../access/options.ts';
import { refuseOptions } from '../access/refused-options.ts';
import type { Registration } from '../registration.ts';
import type { WhoCanOptions } from './run.ts';

const HELP = `
Everybody is told as bindings name them, with where they may do it: in the cluster, or in namespaces. --people says who that is:
IAM principals by the mappings, ServiceAccounts with the IAM role of their pods. Whoever may do it to some objects only is told with their
names.

Examples:
  iam-bridge who-can get secrets
  iam-bridge who-can create pods/exec -n team-a --people
  iam-bridge who-can get /metrics --snapshot cluster.json -o json

Exit codes: 0 somebody, 1 nobody, 2 usage, 3 the cluster could not be read.`;

export const registerWhoCan: Registration = (command, context) => {
  refuseOptions(
    addNamespaceOptions(
      addSourceOptions(command),
      'only in this namespace (default: anywhere, which is told)',
    ),
    { identity: 'everybody is asked about; iam-bridge can takes it, and says whether one may' },
  )
    .argument('<verb>', 'get, list, watch, create, update, patch, delete, deletecollection, or any other')
    .argument('<resource>', 'RESOURCE[.GROUP][/SUBRESOURCE][/NAME], or a path such as /metrics')
    .option('--subresource <name>', 'the subresource, whatever stands behind the slash')
    .option('--name <name>', 'the name, whatever stands behind the slash')
    .option('--people', 'say who is behind users and groups')
    .addHelpText('after', HELP)
    .action(async (verb: string, what: string, options: WhoCanOptions) => {
      const { runWhoCan } = await import('./run.ts');
      context.finish(await runWhoCan({ verb, what, options }, context));
    });
};
