import { ROLE_ANNOTATION } from '../../local-cluster/manifests.ts';
import type { UnifiedLine } from '../../terminal/diff.ts';
import type { Style } from '../../terminal/paint.ts';
import { wrapCommand, wrapText } from '../../terminal/wrap.ts';
import type { Audience, PodReport, ShellCommand, StoryStep } from '../report.ts';
import { INDENT, type Layout, renderSentence } from './layout.ts';
import { renderLogin } from './login.ts';
import { renderPodDiff } from './pod-diff.ts';
import { renderRun } from './run.ts';

/** Tells the demo to somebody at a terminal, step by step as they happen. */
export function createNarrator(layout: Layout, write: (text: string) => void): Audience {
  let number = 0;
  return {
    begin(title) {
      number += 1;
      write(renderHeading(number, title, layout));
    },
    end: (step) => write(renderStep(step, layout)),
  };
}

/** For `-o json`: everything is written at the end. */
export const SILENT_AUDIENCE: Audience = { begin: () => {}, end: () => {} };

/** `1  The cluster` */
export function renderHeading(number: number, title: string, { paint }: Layout): string {
  return `\n${paint('title', `${number}  ${title}`)}\n`;
}

/** Everything below the heading: what one would type, what happens then, what became of the pod, and what it did, or who logs in. */
export function renderStep({ commands, text, pod, run, login }: StoryStep, layout: Layout): string {
  const lines = [
    ...commands.flatMap((command) => renderCommand(command, layout)),
    ...text.flatMap((sentence) => renderSentence(sentence, undefined, layout)),
    ...(pod === undefined ? [] : renderPod(pod, layout)),
    ...(run === undefined ? [] : renderRun(run, layout)),
    ...(login === undefined ? [] : renderLogin(login, layout)),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** A prompt before the first line, the same space before the others, then what it printed. */
function renderCommand({ command, output = [] }: ShellCommand, { paint, width }: Layout): string[] {
  const lines = wrapCommand(command, width - INDENT.length - 2).map(
    (line, index) => `${INDENT}${index === 0 ? paint('quiet', '$') : ' '} ${paint('command', line)}`,
  );
  const printed = output.flatMap((line) => foldLine(line, width - INDENT.length));
  return [...lines, ...printed.map((line) => INDENT + paint('quiet', line))];
}

/** A line that is too long goes on below, two columns to the right of where it began. */
function foldLine(line: string, width: number): string[] {
  if (line.length <= width) return [line];
  const text = line.trimStart();
  const indent = line.slice(0, line.length - text.length);
  return wrapText(text, width - indent.length - 2).map(
    (part, index) => `${indent}${index === 0 ? '' : '  '}${part}`,
  );
}

function renderPod(report: PodReport, layout: Layout): string[] {
  const { decision, explanation, problems } = report;
  return [
    renderVerdict(report, layout),
    renderAccount(report, layout),
    ...renderChanges(report, layout),
    ...renderSentence(explanation, undefined, layout),
    ...decision.warnings.flatMap((text) => renderSentence(`Warning: ${text}`, 'warning', layout)),
    ...problems.flatMap((text) => renderSentence(`✘ ${text}`, 'bad', layout)),
  ];
}

function renderVerdict({ pod, decision, problems }: PodReport, { paint }: Layout): string {
  const { operations, reason } = decision;
  const changed = operations > 0;
  const verdict = changed ? `gets a role: ${operations} additions, nothing else changes` : 'stays as it is';
  const style = problems.length > 0 ? 'bad' : changed ? 'good' : 'quiet';
  const mark = { good: '✔', bad: '✘', quiet: '○' }[style];
  const code = paint('quiet', `reason: ${reason || 'none given'}`);
  return `${INDENT}${paint(style, mark)} ${paint('title', `pod ${pod}`)} ${verdict}   ${code}`;
}

function renderAccount({ roleArn }: PodReport, { paint }: Layout): string {
  const has = roleArn === undefined ? `no annotation ${ROLE_ANNOTATION}` : `${ROLE_ANNOTATION}: ${roleArn}`;
  return INDENT + paint('quiet', `  its ServiceAccount has ${has}`);
}

function renderChanges({ before, after, decision, showsChanges }: PodReport, layout: Layout): string[] {
  if (decision.operations === 0 || !showsChanges) return [];
  const lines = renderPodDiff(before, after, { before: 'before', after: 'after' });
  return ['', ...lines.map((line) => INDENT + paintDiffLine(line, layout)), ''];
}

const DIFF_STYLES: Readonly<Record<UnifiedLine['kind'], Style | undefined>> = {
  file: 'title',
  hunk: 'hunk',
  added: 'good',
  removed: 'bad',
  same: undefined,
};

function paintDiffLine({ kind, text }: UnifiedLine, { paint }: Layout): string {
  const style = DIFF_STYLES[kind];
  return style === undefined ? text : paint(style, text);
}
