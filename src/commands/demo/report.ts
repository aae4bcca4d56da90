import type { DemoReport } from '../../demo/run.ts';
import type { Paint } from '../../terminal/paint.ts';

export type Mode = 'stand-in' | 'real';

/** What stands above the first step. */
export function renderOpening(paint: Paint): string {
  const what = `${paint('title', 'iam-bridge demo')}: a Job writes to S3 as an IAM role, without a key; four pods do not, and why`;
  const back =
    'Then the other direction: a user logs in by IAM, three tokens are refused, and why; who may do what';
  const how = `${paint('quiet', 'Lines with')} ${paint('command', '$')} ${paint('quiet', 'do the same by hand, on a cluster.')}`;
  return `\n${what}\n${back}\n${how}\n`;
}

/** What stands below the last one. */
export function renderEnd(mode: Mode, { problems, milliseconds }: DemoReport, paint: Paint): string {
  const seconds = (milliseconds / 1_000).toFixed(1);
  if (problems.length > 0) {
    const lines = problems.map((problem) => `   ${problem}\n`).join('');
    return `\n${paint('bad', `✘ Not as it should be, after ${seconds} s:`)}\n${lines}`;
  }
  const done = `\n${paint('good', '✔')} All as it should be, in ${seconds} s. Nothing is left running.\n`;
  if (mode === 'real') return done;
  const more = paint('quiet', '  The same with a real kube-apiserver and kubectl:');
  return `${done}${more} ${paint('command', 'npm run demo -- --real')}\n`;
}

/** The whole demo as one JSON document. */
export function renderJson(mode: Mode, { steps, problems, milliseconds }: DemoReport): string {
  const ok = problems.length === 0;
  return `${JSON.stringify({ mode, ok, problems, milliseconds, steps }, null, 2)}\n`;
}
