import { toError } from '../../base/errors.ts';
import { createFileValue } from '../../base/watched-file.ts';
import { type ClientTrust, createClientTrust } from '../../http/client-trust.ts';
import type { Log } from '../../http/log.ts';
import type { ReadyCheck } from '../../http/ops.ts';
import { checkAuthorities } from '../authorities.ts';

export interface ClientTrustSettings {
  /** Of the authorities, PEM. */
  readonly path: string;
  /** Common names; empty: any that they vouch for. */
  readonly names: readonly string[];
}

export interface OpenClientTrust {
  readonly trust: ClientTrust;
  /** Degraded while the file is not what it was. */
  readonly check: ReadyCheck;
  /** What is wrong with the newest reading of the file. */
  problem(): string | undefined;
  stop(): void;
}

/** ms */
const LOOK_INTERVAL = 1_000;

/**
 * Trusts callers by a file of authorities, which is read again when it changes.
 * @param flag that names the file
 * @throws ConfigurationError that names it and says what to do
 */
export async function openClientTrust(
  flag: string,
  { path, names }: ClientTrustSettings,
  log: Log,
): Promise<OpenClientTrust> {
  const file = await createFileValue({
    paths: [path],
    interval: LOOK_INTERVAL,
    read: ([text]) => readAuthorities(`--${flag}: file ${path}`, text),
    report(event) {
      if (event.kind === 'reloaded') log.info({ path }, 'authorities of callers were read again');
      else log.error({ path, problem: event.problem }, 'authorities of callers refused, those before stay');
    },
  });
  return {
    trust: createClientTrust(file, new Set(names)),
    check: {
      name: flag,
      check: () => undefined,
      degraded: () => file.problem() && `${file.problem()}: the authorities before stay`,
    },
    problem: file.problem,
    stop: file.stop,
  };
}

function readAuthorities(what: string, text: string | undefined): string {
  if (text === undefined) throw new Error(`${what} does not exist`);
  try {
    return checkAuthorities(text);
  } catch (cause) {
    throw new Error(`${what}: ${toError(cause).message}`, { cause });
  }
}
