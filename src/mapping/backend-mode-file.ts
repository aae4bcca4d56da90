import type { Clock } from '../base/clock.ts';
import { readBackendNames } from './backend-names.ts';
import { createTakenReport, type DynamicDocument, readDynamicDocument } from './dynamic-file.ts';
import { createFollowedFile, type FollowedFile } from './followed-file.ts';
import type { BackendName } from './mapper.ts';
import type { TellMapping } from './mapping-events.ts';
import { readField } from './source-node.ts';

export interface BackendModeFileOptions {
  readonly path: string;
  /** @returns one sentence where this order cannot be had */
  readonly check: (backends: readonly BackendName[]) => string | undefined;
  /** undefined: the file is not there, or nothing good was read of it since it is: the configured order holds */
  readonly take: (backends: readonly BackendName[] | undefined, problem: string | undefined) => void;
  readonly clock: Clock;
  readonly report: TellMapping;
}

interface BackendModes {
  readonly backends: readonly BackendName[];
  readonly document: DynamicDocument;
}

/**
 * Follows `dynamicBackendModePath`: JSON with `backendMode`, names with a blank between them, which is the order of backends
 * for as long as the file is there. A bad change changes nothing.
 */
export function createBackendModeFile({
  path,
  check,
  take,
  clock,
  report,
}: BackendModeFileOptions): FollowedFile {
  const tellTaken = createTakenReport('dynamic_backend_mode', { clock, report });
  return createFollowedFile<BackendModes>({
    path,
    clock,
    read(text) {
      const document = readDynamicDocument(text);
      const backends = readModes(document);
      const problem = check(backends);
      if (problem !== undefined) throw new Error(problem);
      return { backends, document };
    },
    take(state) {
      const problem = state.kind === 'absent' ? undefined : state.problem;
      if (problem !== undefined) report({ kind: 'file-refused', file: 'dynamic_backend_mode', problem });
      else if (state.kind === 'good') tellTaken(state.value.document);
      take(state.kind === 'good' ? state.value.backends : undefined, problem);
    },
  });
}

/** @throws Error in one sentence */
function readModes({ node }: DynamicDocument): readonly BackendName[] {
  const modes = readField(node, 'backendMode');
  if (modes?.kind !== 'text') throw new Error('backendMode is no text with the names of backends');
  const { backends, problems } = readBackendNames(modes.text.split(' ').filter((name) => name !== ''));
  if (problems.length > 0) throw new Error(problems.join('; '));
  return backends;
}
