import { AUTHENTICATOR_FLAGS } from '../../../src/commands/authenticator/flags.ts';
import {
  type AuthenticatorCommandSettings,
  readAuthenticatorSettings,
} from '../../../src/commands/authenticator/settings.ts';
import type { SettingsReading } from '../../../src/settings/checks.ts';
import { readFlags } from '../../../src/settings/pflag.ts';

/** Reads a command line of the authenticator. */
export function readLine(
  words: readonly string[],
  env: NodeJS.ProcessEnv = {},
): SettingsReading<AuthenticatorCommandSettings> {
  return readAuthenticatorSettings(readFlags(AUTHENTICATOR_FLAGS, words), env);
}

/** The same, where nothing may be wrong. */
export function readSettings(
  words: readonly string[],
  env: NodeJS.ProcessEnv = {},
): AuthenticatorCommandSettings {
  const reading = readLine(words, env);
  if (reading.kind === 'problems') throw new Error(reading.problems.join('\n'));
  return reading.settings;
}

export function readProblems(words: readonly string[], env: NodeJS.ProcessEnv = {}): readonly string[] {
  const reading = readLine(words, env);
  return reading.kind === 'problems' ? reading.problems : [];
}
