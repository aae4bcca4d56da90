import type { Reason } from '../../../authenticator/reasons.ts';
import type { KubeApi } from '../../../kube/api.ts';
import { createPaint } from '../../../terminal/paint.ts';
import { unwrapToken } from '../../../web-identity/token/wrapping.ts';
import { openKubectlApi } from '../../cluster.ts';
import { complain, complainOf, note } from '../../diagnostics.ts';
import { decideByMappings, type LoadedMappings, loadMappings } from '../../mapping-sources.ts';
import type { ExitCode, Surroundings } from '../../surroundings.ts';
import { readTokenFile } from '../../token-file.ts';
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
    if (refusal === undefined) return toMappedCode(judged.mapping);
    const line = `refused (${refusal.reason}): ${describeReason(refusal.reason)} Seen: ${refusal.detail}`;
    return complain(COMMAND, [line], terminal, OUTSIDE.has(refusal.reason) ? 3 : 1);
  } catch (error) {
    return complainOf(COMMAND, error, terminal);
  }
}

/** Who may be in what could not be read is not known to be nobody. */
function toMappedCode(mapping: Judged['mapping']): 0 | 1 | 3 {
  if (mapping === undefined || mapping.kind === 'mapped') return 0;
  return mapping.kind === 'failed' && mapping.code === 'source-unknown' ? 3 : 1;
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
  const mappings = settings.mappings.length === 0 ? undefined : await load(settings, env);
  note(COMMAND, mappings?.notes ?? [], surroundings.terminal);
  const token = await readToken(settings.token, surroundings);
  const verification = await verifyIamToken(token, settings, settings.at ?? now());
  const { identity } = verification;
  const mapping = mappings && identity && (await decideByMappings(identity, mappings));
  return { ...verification, mapping };
}

async function load(settings: IamVerifySettings, env: NodeJS.ProcessEnv): Promise<LoadedMappings> {
  const { mappings: names, ssoRoleMatch, kubeconfig } = settings;
  let api: KubeApi | undefined;
  try {
    return await loadMappings({ names, ssoRoleMatch }, async () => {
      api = await openKubectlApi(kubeconfig, env);
      return api;
    });
  } finally {
    api?.close();
  }
}

/** The line break at the end is the shell's. */
async function readToken(text: string, { input, terminal }: Surroundings): Promise<string> {
  const { token, layers } = unwrapToken(text === '-' ? (await readTokenFile('-', input)).trimEnd() : text);
  if (layers.length > 0)
    note(COMMAND, [`the token came ${layers.join(', ')}: it is judged without that`], terminal);
  return token;
}
