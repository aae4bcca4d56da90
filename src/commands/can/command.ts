import { addIdentityOptions, addNamespaceOptions, addSourceOptions } from '../access/options.ts';
import type { Registration } from '../registration.ts';
import type { CanOptions } from './options.ts';

const HELP = `
RESOURCE is a plural, a singular, a kind or a short name; RESOURCE.GROUP says which group. Behind a slash stands a subresource
where there is one of that name, else the name of an object; the answer says which. A cluster is asked what its authorizers
say, and RBAC why; where the two differ, that is told (other-authorizer).

Examples:
  iam-bridge can list pods -n team-a
  iam-bridge can get secrets/db -n team-a --arn arn:aws:iam::111122223333:role/dev --session jane
  iam-bridge can create pods/exec --sa team-a:ci -n team-a --snapshot cluster.json
  iam-bridge can get /metrics --as jane --as-group dev
  iam-bridge can --list -n team-a --sa team-a:ci
  iam-bridge can --batch questions.jsonl --snapshot cluster.json

Exit codes: 0 yes, 1 no, 2 usage (with --batch: a line is no question), 3 the cluster could not be asked.`;

export const registerCan: Registration = (command, context) => {
  addNamespaceOptions(addIdentityOptions(addSourceOptions(command)))
    .argument('[verb]', 'get, list, watch, create, update, patch, delete, deletecollection, or any other')
    .argument('[resource]', 'RESOURCE[.GROUP][/SUBRESOURCE][/NAME], or a path such as /metrics')
    .option('--subresource <name>', 'the subresource, whatever stands behind the slash')
    .option('--name <name>', 'the name, whatever stands behind the slash')
    .option('-q, --quiet', 'say nothing: the exit code is the answer')
    .option('--list', 'list the rules that count there instead of asking about one thing')
    .option('--suggest', 'where the answer is no: the least role and binding that would allow it')
    .option('--batch <file>', 'questions, a JSON object a line, answered a line each; - reads standard input')
    .option('--verify', 'with --batch: ask the API server each question, too')
    .addHelpText('after', HELP)
    .action(async (verb: string | undefined, what: string | undefined, options: CanOptions) => {
      const { runCan } = await import('./run.ts');
      context.finish(await runCan({ verb, what, options }, context));
    });
};
