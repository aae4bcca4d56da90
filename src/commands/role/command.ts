import { Option } from 'commander';
import { addClusterOptions } from '../access/options.ts';
import { refuseOptions } from '../access/refused-options.ts';
import type { Registration } from '../registration.ts';
import type { RoleOptions } from './options.ts';

const HELP = `
The role names every resource, its subresources too, and of the verbs those that it has: no wildcard, so that nothing is granted
that the cluster does not have today. Verbs that are no requests (impersonate, bind, escalate, approve) are in none. get of what
opens a connection (pods/exec, nodes/proxy, …) reads nothing, and is left out unless create is asked for, too.

Examples:
  iam-bridge role --name read-all --bind-group readers | kubectl apply -f -
  iam-bridge role --name read-apps --for-groups apps,batch -n team-a
  iam-bridge role --verbs all --scope namespaced --without secrets,pods/exec --snapshot cluster.json

Exit codes: 0 a role, 1 nothing is left for it, 2 usage, 3 the cluster could not be asked.`;

export const registerRole: Registration = (command, context) => {
  refuseOptions(addClusterOptions(command), {
    identity: 'a role is for whoever is bound to it; --bind-group binds a group',
    everywhere: 'without -n it is a ClusterRole, which can be bound across all namespaces',
  })
    .option('-n, --namespace <name>', 'a Role of this namespace (default: a ClusterRole)')
    .option('--name <name>', 'of the role, and of its binding', 'from-discovery')
    .option('--verbs <list>', 'verbs of requests, or all', 'get,list,watch')
    .option('--for-groups <list>', 'only these API groups; core is the one without a name (default: all)')
    .addOption(
      new Option('--scope <scope>', 'which resources (default: all, with -n namespaced)').choices([
        ...['all', 'cluster', 'namespaced'],
      ]),
    )
    .option('--without <list>', 'without these: RESOURCE[.GROUP][/SUBRESOURCE]; a resource with its parts')
    .option('--bind-group <group>', 'a binding, too: to this group')
    .addOption(new Option('-o, --output <format>', 'a List, as data').choices(['json', 'yaml']))
    .addHelpText('after', HELP)
    .action(async (options: RoleOptions) => {
      const { runRole } = await import('./run.ts');
      context.finish(await runRole(options, context));
    });
};
