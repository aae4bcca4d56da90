import type { HiddenReason, RunReport, WrittenObject } from '../report.ts';
import { DEEPER, INDENT, type Layout, renderSentence } from './layout.ts';

/** What a container said and did, and what AWS did not say. */
export function renderRun(report: RunReport, layout: Layout): string[] {
  const { output, object, hidden, problems } = report;
  return [
    '',
    renderEnd(report, layout),
    ...output.flatMap((line) => renderSentence(line, 'quiet', layout, DEEPER)),
    ...(object === undefined ? [] : renderObject(object, layout)),
    ...(hidden === undefined ? [] : renderReason(hidden, layout)),
    ...problems.flatMap((text) => renderSentence(`✘ ${text}`, 'bad', layout)),
  ];
}

function renderEnd({ exitCode, problems }: RunReport, { paint }: Layout): string {
  const style = problems.length > 0 ? 'bad' : exitCode === 0 ? 'good' : 'warning';
  const end = exitCode === undefined ? 'has not run to an end' : `ends with exit code ${exitCode}`;
  const mark = exitCode === 0 && problems.length === 0 ? '✔' : '✘';
  return `${INDENT}${paint(style, mark)} ${paint('title', `the container ${end}`)} and says:`;
}

function renderObject({ url, text }: WrittenObject, layout: Layout): string[] {
  const { paint } = layout;
  return [
    `${INDENT}${paint('good', '✔')} ${paint('title', 'the object, read back')} from ${url}:`,
    ...renderSentence(text, 'good', layout, DEEPER),
  ];
}

function renderReason({ reason, remedies }: HiddenReason, layout: Layout): string[] {
  return [
    `${INDENT}${layout.paint('title', 'the reason, which AWS would hide:')}`,
    ...renderSentence(reason, 'warning', layout, DEEPER),
    ...remedies.flatMap((remedy) => renderSentence(`→ ${remedy}`, 'good', layout, DEEPER)),
  ];
}
