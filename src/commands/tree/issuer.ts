import type { Registration } from './registration.ts';

export const registerIssuer: Registration = (program, { words, env, terminal, finish }) => {
  program
    .command('issuer')
    .description("the cluster's OIDC issuer for everybody: discovery, keys, verdicts, drift")
    // Its flags follow the grammar of Go's pflag, as the webhook's do.
    .helpOption(false)
    .allowUnknownOption()
    .argument('[flags...]')
    .action(async () => {
      const { runIssuer } = await import('../issuer.ts');
      finish(await runIssuer(words.slice(1), env, terminal));
    });
};
