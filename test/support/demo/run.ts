import { EventEmitter } from 'node:events';
import { join } from 'node:path';
import { type DemoOptions, runDemo } from '../../../src/commands/demo/run.ts';
import { startAuthenticator as startRealAuthenticator } from '../../../src/commands/demo/servers/authenticator.ts';
import { startIssuer } from '../../../src/commands/demo/servers/issuer.ts';
import { startWebhook as startRealWebhook } from '../../../src/commands/demo/servers/webhook.ts';
import type { ExitCode } from '../../../src/commands/surroundings.ts';
import type { Decision, LoginReport, RunReport, StoryStep } from '../../../src/demo/report.ts';
import type { StartAuthenticator, StartWebhook } from '../../../src/demo/servers.ts';
import { createSurroundings } from '../commands/surroundings.ts';

export interface DemoRun {
  readonly code: ExitCode;
  readonly out: string;
  readonly err: string;
}

export interface DemoRunOptions extends DemoOptions {
  /** What runs in the place of this program in containers. */
  readonly program?: readonly string[];
  readonly startWebhook?: StartWebhook;
  readonly startAuthenticator?: StartAuthenticator;
  readonly env?: NodeJS.ProcessEnv;
  readonly signals?: EventEmitter;
}

const MAIN = join(import.meta.dirname, '..', '..', '..', 'src', 'main.ts');

/** Runs the command in this process, with the servers that `iam-bridge` runs unless told otherwise. */
export async function runInProcess(options: DemoRunOptions = {}): Promise<DemoRun> {
  const { startWebhook = startRealWebhook, startAuthenticator = startRealAuthenticator, ...others } = options;
  const { env = {}, signals = new EventEmitter(), program = [process.execPath, MAIN], ...demo } = others;
  const { surroundings, written } = createSurroundings({ env, signals });
  const code = await runDemo(demo, surroundings, {
    program,
    startIssuer,
    startWebhook,
    startAuthenticator,
  });
  return { code, out: written.stdout, err: written.stderr };
}

/** What `-o json` prints. */
export interface DemoDocument {
  readonly mode: string;
  readonly ok: boolean;
  readonly problems: readonly string[];
  readonly steps: readonly StoryStep[];
}

export function readDocument({ out }: Pick<DemoRun, 'out'>): DemoDocument {
  return JSON.parse(out) as DemoDocument;
}

/** The decision about the pod of a step. */
export function findDecision({ steps }: DemoDocument, id: string): Decision | undefined {
  return steps.find((step) => step.id === id)?.pod?.decision;
}

/** What became of the container of a step. */
export function findRun({ steps }: DemoDocument, id: string): RunReport | undefined {
  return steps.find((step) => step.id === id)?.run;
}

/** Who the bearer of the token of a step is. */
export function findLogin({ steps }: DemoDocument, id: string): LoginReport | undefined {
  return steps.find((step) => step.id === id)?.login;
}
