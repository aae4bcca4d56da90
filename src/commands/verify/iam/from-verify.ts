import { complain } from '../../diagnostics.ts';
import type { ExitCode, Surroundings } from '../../surroundings.ts';
import type { VerifyFlags } from '../plan.ts';
import { runVerifyIamCommand } from './command.ts';
import { listJwtOptions, toIamWords } from './find.ts';

/** `iam-bridge verify` where the token turned out to be one of the IAM authenticator. */
export async function runVerifyIamToken(
  flags: VerifyFlags,
  token: string,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const odd = listJwtOptions(flags);
  if (odd.length > 0) {
    const names = odd.map(
      (option) => `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
    );
    const problem = `${names.join(', ')}: for web identity tokens (JWTs), and this is one of the IAM authenticator: leave it out`;
    return complain('verify', [problem], surroundings.terminal, 2);
  }
  return await runVerifyIamCommand(toIamWords(flags, token), surroundings);
}
