import { Option } from 'commander';
import { addSourceOptions, collect } from '../access/options.ts';
import { refuseOptions } from '../access/refused-options.ts';
import type { Registration } from '../registration.ts';
import { type FindingsOptions, RBAC_SEVERITIES } from './options.ts';

const HELP = `
Roles and bindings that every API server makes by itself are left out, as long as nobody changed them. What is meant to be so is
left out by --exclude: a code, or a code with whom or what it is about, as the finding names it.

Examples:
  iam-bridge findings --min high
  iam-bridge findings --snapshot cluster.json --fail-on critical -o sarif
  iam-bridge findings --exclude unbound-role --exclude 'reads-secrets:ServiceAccount vault/vault'

Exit codes: 0 told, 1 something is as bad as --fail-on, 2 usage, 3 RBAC could not be read whole.`;

const NO_PLACE =
  'findings are about all of RBAC, since what is bound cluster-wide counts in every namespace; --exclude leaves some out';

export const registerFindings: Registration = (command, context) => {
  refuseOptions(addSourceOptions(command, ['json', 'yaml', 'sarif']), {
    identity: 'findings are about everybody; iam-bridge rules takes it, and tells what one may',
    namespace: NO_PLACE,
    everywhere: NO_PLACE,
  })
    .addOption(
      new Option('--min <severity>', 'tell from this severity on').choices(RBAC_SEVERITIES).default('low'),
    )
    .addOption(
      new Option('--fail-on <severity>', 'exit 1 from this severity on (default: never)').choices(
        RBAC_SEVERITIES,
      ),
    )
    .option('--exclude <code[:subject]>', 'leave these out; repeatable', collect)
    .addHelpText('after', HELP)
    .action(async (options: FindingsOptions) => {
      const { runFindings } = await import('./run.ts');
      context.finish(await runFindings(options, context));
    });
};
