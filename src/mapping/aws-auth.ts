import type { Reading } from '../base/watched-state.ts';
import { isRecord, type JsonRecord, readMember } from '../json/record.ts';
import { type StringMap, toConfigMap } from '../kube/objects.ts';
import { CONFIG_MAP_RULES } from './read-entry.ts';
import { readAccounts, readEntries, type SectionName, type SectionReadings } from './sections.ts';
import type { SourceNode } from './source-node.ts';
import { readLongYaml } from './yaml-nodes.ts';

/** What stands for nothing beside blanks; some write it to have a key without a value. */
const EMPTY = new Set(['', '``', '""', "''"]);

/**
 * Reads the data of the ConfigMap aws-auth: texts of YAML behind `mapRoles`, `mapUsers` and `mapAccounts`, whose case
 * counts. Other keys say nothing.
 */
export function readAwsAuth(data: StringMap | undefined): SectionReadings {
  return createAwsAuthReader()(data);
}

/**
 * Reads the ConfigMap itself, also one that no API server has seen: a section that is no text, as where the `|` behind its key
 * was forgotten, is malformed rather than absent.
 */
export function readAwsAuthObject(raw: JsonRecord): SectionReadings {
  const data = raw['data'] ?? {};
  const sections = readAwsAuth(toConfigMap(raw, () => {})?.data);
  const keep = <T>(name: SectionName, reading: Reading<T>): Reading<T> => {
    const value = isRecord(data) ? (readMember(data, name) ?? '') : data;
    if (typeof value === 'string' && isRecord(data)) return reading;
    return { kind: 'malformed', problem: `${name}: it is no text: write ${name}: | and its entries below` };
  };
  return {
    mapRoles: keep('mapRoles', sections.mapRoles),
    mapUsers: keep('mapUsers', sections.mapUsers),
    mapAccounts: keep('mapAccounts', sections.mapAccounts),
  };
}

/** Reads as {@link readAwsAuth} does; a section whose text is that of the time before is not read again. */
export function createAwsAuthReader(): (data: StringMap | undefined) => SectionReadings {
  const readRoles = createReader('mapRoles', (node) => readEntries(node, 'mapRoles', CONFIG_MAP_RULES));
  const readUsers = createReader('mapUsers', (node) => readEntries(node, 'mapUsers', CONFIG_MAP_RULES));
  const readNumbers = createReader('mapAccounts', readAccounts);
  return (data) => ({ mapRoles: readRoles(data), mapUsers: readUsers(data), mapAccounts: readNumbers(data) });
}

function createReader<T>(
  name: SectionName,
  take: (node: SourceNode | undefined) => Reading<T>,
): (data: StringMap | undefined) => Reading<T> {
  let last: { readonly text: string; readonly reading: Reading<T> } | undefined;
  return (data) => {
    const text = data !== undefined && Object.hasOwn(data, name) ? (data[name] ?? '') : '';
    if (last?.text !== text) last = { text, reading: readSection(name, text, take) };
    return last.reading;
  };
}

function readSection<T>(
  name: SectionName,
  text: string,
  take: (node: SourceNode | undefined) => Reading<T>,
): Reading<T> {
  if (EMPTY.has(text.trim())) return { kind: 'absent' };
  const yaml = readLongYaml(text);
  return yaml.kind === 'read' ? take(yaml.node) : { kind: 'malformed', problem: `${name}: ${yaml.problem}` };
}
