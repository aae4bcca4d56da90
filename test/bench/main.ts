/** `npm run bench -- NAME [options]`: measures, prints Markdown, writes JSON. One command for each set of figures. */
import { benchAccess } from './access/bench.ts';
import { benchAuthenticator } from './authenticator/bench.ts';
import { benchCli } from './cli/bench.ts';
import { benchIssuer } from './issuer/bench.ts';
import { benchLimit } from './limit/bench.ts';
import { benchStrangers } from './strangers/bench.ts';
import { benchWebhook } from './webhook/bench.ts';

const BENCHES: Readonly<
  Record<string, (words: readonly string[], env: NodeJS.ProcessEnv) => Promise<number>>
> = {
  webhook: benchWebhook,
  issuer: benchIssuer,
  authenticator: benchAuthenticator,
  strangers: benchStrangers,
  cli: benchCli,
  access: benchAccess,
  limit: benchLimit,
};

const [name = '', ...words] = process.argv.slice(2);
const bench = Object.hasOwn(BENCHES, name) ? BENCHES[name] : undefined;
if (bench === undefined) {
  console.error(`npm run bench -- NAME, of: ${Object.keys(BENCHES).join(', ')}`);
  process.exitCode = 2;
} else {
  process.exitCode = await bench(words, process.env);
}
