import type { Registration } from './registration.ts';

export const registerWebhook: Registration = (program, { words, env, terminal, finish }) => {
  program
    .command('webhook')
    .description('the mutating admission webhook: ServiceAccount annotation → role, token volume, variables')
    // Its flags follow the grammar of Go's pflag, which commander does not speak.
    .helpOption(false)
    .allowUnknownOption()
    .argument('[flags...]')
    .action(async () => {
      const { runWebhook } = await import('../webhook.ts');
      finish(await runWebhook(words.slice(1), env, terminal));
    });
};
