import { joinGoPath } from '../../go/paths.ts';
import { isRecord } from '../../json/record.ts';
import type { PodSpec } from '../pod.ts';

const OS_LABELS = ['kubernetes.io/os', 'beta.kubernetes.io/os'];

/** Whether the pod can only run on Windows: it says so itself, by node selector, or by every term of its affinity. */
export function isWindowsPod(spec: PodSpec): boolean {
  if (isRecord(spec.os) && spec.os['name'] === 'windows') return true;
  const { nodeSelector } = spec;
  if (nodeSelector && OS_LABELS.some((label) => nodeSelector[label] === 'windows')) return true;
  return spec.affinity === undefined || spec.affinity === null ? false : isWindowsAffinity(spec.affinity);
}

/** Terms are alternatives: one that does not demand Windows lets the pod run elsewhere. */
function isWindowsAffinity(affinity: unknown): boolean {
  const node = isRecord(affinity) ? affinity['nodeAffinity'] : undefined;
  const required = isRecord(node) ? node['requiredDuringSchedulingIgnoredDuringExecution'] : undefined;
  const terms = isRecord(required) ? required['nodeSelectorTerms'] : undefined;
  return Array.isArray(terms) && terms.length > 0 && terms.every(demandsWindows);
}

function demandsWindows(term: unknown): boolean {
  const expressions = isRecord(term) ? term['matchExpressions'] : undefined;
  return Array.isArray(expressions) && expressions.some(isWindowsExpression);
}

function isWindowsExpression(expression: unknown): boolean {
  if (!isRecord(expression) || expression['operator'] !== 'In') return false;
  const { key, values } = expression;
  const isOs = typeof key === 'string' && OS_LABELS.includes(key);
  return isOs && Array.isArray(values) && values.length > 0 && values.every((value) => value === 'windows');
}

/** Where a Linux path is found on a Windows node: the mount path stays in Unix form, the variable does not. */
export function toWindowsPath(path: string): string {
  return `C:${path.replaceAll('/', '\\')}`;
}

/** A path of either form, cleaned and without its drive; the empty text where it is no path. */
export function toUnixPath(path: unknown): string {
  return typeof path === 'string' ? joinGoPath(path.replace(/^[A-Za-z]:/, '').replaceAll('\\', '/')) : '';
}
