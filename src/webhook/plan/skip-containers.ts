import { parseFirstCsvRecord } from '../../go/csv.ts';
import { createNotice, type Notice, quoted } from '../notices.ts';
import type { Container, PodSpec } from '../pod.ts';

const NOTHING: ReadonlySet<string> = new Set();

/**
 * Which containers the user wants left alone: the Pod annotation `skip-containers`, one CSV record of names, init and
 * regular containers alike. A quoting error skips nothing, as in the Go program. Names are trimmed: no container name
 * has a space, so `a, b` can only mean `a` and `b`.
 */
export function readSkippedContainers(text: unknown, spec: PodSpec, notices: Notice[]): ReadonlySet<string> {
  if (typeof text !== 'string' || text === '') return NOTHING;
  const fields = parseFirstCsvRecord(text);
  if (fields === undefined) {
    notices.push(
      createNotice(
        'skip-containers-quoting',
        ['Pod skip-containers ', quoted(text), ' has a quoting error, and skips no container'],
        'give names and commas alone',
      ),
    );
    return NOTHING;
  }
  const names = new Set(fields.map((field) => field.trim()).filter((name) => name !== ''));
  reportUnmatched(names, spec, notices);
  return names;
}

export function isSkipped(container: Container, skipped: ReadonlySet<string>): boolean {
  return typeof container.name === 'string' && skipped.has(container.name);
}

function reportUnmatched(names: ReadonlySet<string>, spec: PodSpec, notices: Notice[]): void {
  const present = new Set(
    [...(spec.containers ?? []), ...(spec.initContainers ?? [])].map(({ name }) => name),
  );
  for (const name of names) {
    if (present.has(name)) continue;
    notices.push(
      createNotice(
        'skip-container-unmatched',
        ['Pod skip-containers names ', quoted(name), ', and the pod has none such'],
        'correct the name',
      ),
    );
  }
}
