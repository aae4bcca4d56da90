import type { Clock } from '../base/clock.ts';
import { readJson } from '../json/read.ts';
import { isRecord } from '../json/record.ts';
import type { RunningBackend } from './backend.ts';
import { createFollowedFile, type FollowedFile } from './followed-file.ts';
import type { MappingFile, TellMapping } from './mapping-events.ts';
import { createSectionStore } from './section-store.ts';
import { readAccounts, readEntries, type SectionReadings } from './sections.ts';
import { readField, type SourceNode } from './source-node.ts';
import { toSourceNode } from './value-nodes.ts';

/** What both dynamic files say of themselves. */
export interface DynamicDocument {
  readonly node: SourceNode;
  readonly version: string;
  /** Seconds since 1970, as somebody wrote them; undefined where that is no number. */
  readonly updatedAt: number | undefined;
}

/**
 * The JSON of a dynamic file. Members that are there twice are refused: who gets in must not hang on which of two counts.
 * @throws Error in one sentence, without the text
 */
export function readDynamicDocument(text: string): DynamicDocument {
  const reading = readJson(text);
  if (reading.kind === 'malformed') throw new Error(reading.problem);
  if (!isRecord(reading.value)) throw new Error('it is no JSON object');
  const [twice] = reading.duplicates;
  if (twice !== undefined) throw new Error(`${twice} is there twice: remove the one that is not meant`);
  const node = toSourceNode(reading.value, text);
  const [version, updated] = ['Version', 'LastUpdatedDateTime'].map((name) => readField(node, name));
  const seconds =
    updated?.kind === 'text' && /^[0-9]{1,12}$/.test(updated.text) ? Number(updated.text) : undefined;
  return { node, version: version?.kind === 'text' ? version.text : '', updatedAt: seconds };
}

/** @param strict whether principals are found by their unique id, and the ARN has to agree */
export function readDynamicSections({ node }: DynamicDocument, strict: boolean): SectionReadings {
  const rules = { convertScalars: false, permissionSets: false, byUserId: strict };
  return {
    mapRoles: readEntries(readField(node, 'mapRoles'), 'mapRoles', rules),
    mapUsers: readEntries(readField(node, 'mapUsers'), 'mapUsers', rules),
    mapAccounts: readAccounts(readField(node, 'mapAccounts')),
  };
}

export interface DynamicFileOptions {
  readonly path: string;
  /** `dynamicfileUserIDStrict` */
  readonly strict: boolean;
}

export interface DynamicFileDeps {
  readonly clock: Clock;
  readonly report: TellMapping;
}

export interface DynamicFileBackend extends RunningBackend, Pick<FollowedFile, 'look'> {}

export function createDynamicFileBackend(
  { path, strict }: DynamicFileOptions,
  { clock, report }: DynamicFileDeps,
): DynamicFileBackend {
  const rules = { by: strict ? 'user-id' : 'canonical', permissionSets: false } as const;
  const store = createSectionStore({ backend: 'DynamicFile', rules, report });
  const tellTaken = createTakenReport('dynamic_file', { clock, report });
  let refused: string | undefined;
  const file = createFollowedFile<DynamicDocument>({
    path,
    clock,
    read: readDynamicDocument,
    take(state) {
      refused = state.kind === 'absent' ? undefined : state.problem;
      if (state.kind === 'absent') store.clear();
      else if (state.kind === 'malformed') store.refuse(state.problem);
      if (refused !== undefined) report({ kind: 'file-refused', file: 'dynamic_file', problem: refused });
      else if (state.kind === 'good') {
        store.take(readDynamicSections(state.value, strict));
        tellTaken(state.value);
      }
    },
  });
  return {
    name: 'DynamicFile',
    comparesArn: strict,
    find: store.find,
    pending: () => (store.isKnown() ? undefined : 'the dynamic file was not read yet'),
    // Of the file where it cannot be read, else of what is in it.
    problem: () => refused ?? store.problem(),
    ...file,
  };
}

/** Tells that a file was taken, and how old its change is; not of what was there at the start, which says nothing. */
export function createTakenReport(
  file: MappingFile,
  { clock, report }: DynamicFileDeps,
): (document: DynamicDocument) => void {
  let isFirst = true;
  return ({ version, updatedAt }) => {
    const lag = updatedAt === undefined ? undefined : Math.floor(clock.now() / 1_000) - updatedAt;
    const lagSeconds = isFirst || lag === undefined || lag < 0 ? undefined : lag;
    isFirst = false;
    report({ kind: 'file-taken', file, version, lagSeconds });
  };
}
