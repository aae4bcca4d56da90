import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { startWebhook as startRealWebhook } from '../../../src/commands/demo/webhook.ts';
import { type DemoOptions, runDemo } from '../../../src/commands/demo.ts';
import type { ExitCode } from '../../../src/commands/outcome.ts';
import type { Decision, Step } from '../../../src/demo/report.ts';
import type { StartWebhook } from '../../../src/demo/webhook.ts';

export interface DemoRun {
  readonly code: ExitCode;
  readonly out: string;
  readonly err: string;
}

export interface DemoRunOptions extends DemoOptions {
  readonly startWebhook?: StartWebhook;
  readonly env?: NodeJS.ProcessEnv;
  readonly signals?: EventEmitter;
}

/** Runs the command in this process, with the webhook that `iam-bridge webhook` runs unless told otherwise. */
export async function runInProcess(options: DemoRunOptions = {}): Promise<DemoRun> {
  const { startWebhook = startRealWebhook, env = {}, signals = new EventEmitter(), ...demo } = options;
  let out = '';
  let err = '';
  const terminal = {
    out(text: string) {
      out += text;
    },
    err(text: string) {
      err += text;
    },
  };
  const code = await runDemo(demo, { env, terminal, signals, screen: new PassThrough(), startWebhook });
  return { code, out, err };
}

/** What `-o json` prints. */
export interface DemoDocument {
  readonly mode: string;
  readonly ok: boolean;
  readonly problems: readonly string[];
  readonly steps: readonly Step[];
}

export function readDocument({ out }: Pick<DemoRun, 'out'>): DemoDocument {
  return JSON.parse(out) as DemoDocument;
}

/** The decision about the pod of a step. */
export function findDecision({ steps }: DemoDocument, id: string): Decision | undefined {
  return steps.find((step) => step.id === id)?.pod?.decision;
}
