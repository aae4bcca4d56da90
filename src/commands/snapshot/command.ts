import { Option } from 'commander';
import { refuseOptions } from '../access/refused-options.ts';
import type { Registration } from '../registration.ts';
import type { SnapshotOptions } from './run.ts';

const HELP = `
It holds roles and bindings, names of ServiceAccounts and namespaces, the IAM roles of ServiceAccounts, aws-auth and
IAMIdentityMappings, and what resources there are: no Secret, no other ConfigMap, no other annotation. Two snapshots of an
unchanged cluster are the same text.

Examples:
  iam-bridge snapshot -o cluster.json
  iam-bridge can list secrets -n team-a --as jane --snapshot cluster.json

Exit codes: 0 done, 2 usage, 3 the cluster could not be read; what may not be listed is missing in it, and it says so.`;

const WHOLE = 'it holds all namespaces; give it to the command that reads the snapshot';

export const registerSnapshot: Registration = (command, context) => {
  refuseOptions(command, {
    identity: 'it holds the rights of everybody; give it to the command that reads the snapshot',
    namespace: WHOLE,
    everywhere: WHOLE,
  })
    .option('--kubeconfig <file>', 'how to reach the cluster (default: as kubectl finds it)')
    .option('--context <name>', 'of the kubeconfig')
    .addOption(new Option('-o, --output <file>', 'where it is written; - is standard output').default('-'))
    .option(
      '--snapshot <file>',
      'write one again, such as one of kubectl, in the form of ours; - reads standard input',
    )
    .addHelpText('after', HELP)
    .action(async (options: SnapshotOptions) => {
      const { runSnapshot } = await import('./run.ts');
      context.finish(await runSnapshot(options, context));
    });
};
