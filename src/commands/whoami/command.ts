import { addIdentityOptions, addSourceOptions } from '../access/options.ts';
import { refuseOptions } from '../access/refused-options.ts';
import type { Registration } from '../registration.ts';
import type { WhoamiOptions } from './run.ts';

const HELP = `
Without an identity the API server is asked whom it takes you for. With --arn the mappings are, as the authenticator does:
every entry that looks as if it were for the principal is told, and why it does not decide.

Examples:
  iam-bridge whoami
  iam-bridge whoami --arn arn:aws:iam::111122223333:role/dev --session jane
  iam-bridge whoami --arn arn:aws:iam::111122223333:role/dev --mapping aws-auth.yaml --snapshot cluster.json

Exit codes: 0 somebody, 1 the mappings make nobody of the principal, 2 usage, 3 the cluster or its mappings could not be read.`;

const NO_PLACE =
  'who somebody is does not depend on a namespace; iam-bridge rules takes it, and tells what they may there';

export const registerWhoami: Registration = (command, context) => {
  refuseOptions(addIdentityOptions(addSourceOptions(command)), { namespace: NO_PLACE, everywhere: NO_PLACE })
    .addHelpText('after', HELP)
    .action(async (options: WhoamiOptions) => {
      const { runWhoami } = await import('./run.ts');
      context.finish(await runWhoami(options, context));
    });
};
