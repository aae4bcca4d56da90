import { createSystemClock } from '../../base/clock.ts';
import { toError } from '../../base/errors.ts';
import { type DemoReport, runStory, type Story } from '../../demo/run.ts';
import { createNarrator, SILENT_AUDIENCE } from '../../demo/screen/narrator.ts';
import type { StartAuthenticator, StartIssuer, StartWebhook } from '../../demo/servers.ts';
import { onEndingSignal } from '../../http/lifecycle.ts';
import { createPaint } from '../../terminal/paint.ts';
import { complain } from '../diagnostics.ts';
import type { ExitCode, Surroundings } from '../surroundings.ts';
import { type Mode, renderEnd, renderJson, renderOpening } from './report.ts';

export interface DemoOptions {
  readonly real?: boolean;
  readonly output?: string;
}

/** What only the executable has: its servers, and itself. */
export interface DemoDeps {
  readonly startIssuer: StartIssuer;
  readonly startWebhook: StartWebhook;
  readonly startAuthenticator: StartAuthenticator;
  /** This very program: what is run, and its first arguments. */
  readonly program: readonly string[];
}

/** Wider lines are hard to read. */
const MAX_WIDTH = 100;

/** `iam-bridge demo`: 0 where every pod and login came to what it should, 1 where one did not, 3 where something else failed. */
export async function runDemo(
  options: DemoOptions,
  surroundings: Surroundings,
  deps: DemoDeps,
): Promise<ExitCode> {
  const { terminal, screen } = surroundings;
  const paint = createPaint(screen);
  const mode: Mode = options.real ? 'real' : 'stand-in';
  const json = options.output === 'json';
  const width = Math.min(screen.columns ?? MAX_WIDTH, MAX_WIDTH);
  const audience = json ? SILENT_AUDIENCE : createNarrator({ paint, width }, terminal.out);
  const interruption = listenForInterruption(surroundings);
  try {
    const story = await chooseStory(mode, surroundings.env, deps);
    if (!json) terminal.out(renderOpening(paint));
    const report: DemoReport = await runStory(story, audience, interruption.signal);
    terminal.out(json ? renderJson(mode, report) : renderEnd(mode, report, paint));
    return report.problems.length === 0 ? 0 : 1;
  } catch (error) {
    return complain('demo', [toError(error).message], terminal, 3);
  } finally {
    interruption.stop();
  }
}

/** @throws Error where the real control plane is asked for and cannot be found */
async function chooseStory(mode: Mode, env: NodeJS.ProcessEnv, deps: DemoDeps): Promise<Story> {
  const own = { ...deps, clock: createSystemClock() };
  if (mode === 'stand-in') {
    const { tellStandInStory } = await import('../../demo/story/stand-in.ts');
    return (book, given) => tellStandInStory(book, { ...given, ...own });
  }
  const { findPrograms } = await import('../../local-cluster/control-plane/programs.ts');
  const programs = findPrograms(env['KUBEBUILDER_ASSETS']);
  const { tellRealStory } = await import('../../demo/story/real.ts');
  return (book, given) => tellRealStory(book, { ...given, ...own, programs });
}

interface Interruption {
  readonly signal: AbortSignal;
  stop(): void;
}

/** A signal, and a reader that has seen enough (`| head`), end the demo in good order: nothing must stay behind. */
function listenForInterruption({ signals, screen }: Surroundings): Interruption {
  const controller = new AbortController();
  const interrupt = (): void => controller.abort(new Error('interrupted, and everything is stopped again'));
  const stop = onEndingSignal(signals, interrupt);
  screen.on('error', interrupt);
  return {
    signal: controller.signal,
    // The stream keeps its listener: it may yet fail on the way out.
    stop,
  };
}
