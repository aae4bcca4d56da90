import type { Reason } from '../../../authenticator/reasons.ts';
import { createPaint } from '../../../terminal/paint.ts';
import { unwrapToken } from '../../../web-identity/token/wrapping.ts';
import { complain, complainOf, note } from '../../diagnostics.ts';
import type { ExitCode, Surroundings } from '../../surroundings.ts';
import { readTokenFile } from '../../token-file.ts';
import { decide, loadMappings } from './mapping.ts';
import { describeReason, type Judged, renderJson, renderText } from './render.ts';
import type { IamVerifySettings } from './settings.ts';
import { verifyIamToken } from './verification.ts';

const COMMAND = 'verify';

/** 0 where it is accepted and, if that is asked, mapped; 1 where not; 3 where somebody could not be asked. */
export async function runIamVerify(
  settings: IamVerifySettings,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const { terminal, screen } = surroundings;
  note(COMMAND, settings.remarks, terminal);
  try {
    const judged = await judge(settings, surroundings);
    terminal.out(settings.isJson ? renderJson(judged) : renderText(judged, createPaint(screen)));
    const { refusal } = judged;
    if (refusal === undefined)
      return judged.mapping === undefined || judged.mapping.kind === 'mapped' ? 0 : 1;
    const line = `refused (${refusal.reason}): ${describeReason(refusal.reason)} Seen: ${refusal.detail}`;
    return complain(COMMAND, [line], terminal, OUTSIDE.has(refusal.reason) ? 3 : 1);
  } catch (error) {
    return complainOf(COMMAND, error, terminal);
  }
}

/** Not of the token: STS could not be asked. */
const OUTSIDE: ReadonlySet<Reason> = new Set([
  'sts-throttled',
  'sts-server-error',
  'sts-timeout',
  'sts-unreachable',
  'sts-unreadable',
]);

async function judge(settings: IamVerifySettings, surroundings: Surroundings): Promise<Judged> {
  const { env, now } = surroundings;
  // Before STS is asked: what is wrong with a file is known at once.
  const mappings = settings.mapping === '' ? undefined : await loadMappings(settings, env);
  const token = await readToken(settings.token, surroundings);
  const verification = await verifyIamToken(token, settings, settings.at ?? now());
  const { identity } = verification;
  const mapping = mappings && identity && (await decide(identity, mappings));
  return { ...verification, mapping };
}

/** The line break at the end is the shell's. */
async function readToken(text: string, { input, terminal }: Surroundings): Promise<string> {
  const { token, layers } = unwrapToken(text === '-' ? (await readTokenFile('-', input)).trimEnd() : text);
  if (layers.length > 0)
    note(COMMAND, [`the token came ${layers.join(', ')}: it is judged without that`], terminal);
  return token;
}
