import { stringify } from 'yaml';
import { isRecord } from '../../json/record.ts';
import { renderUnifiedDiff, type UnifiedLine } from '../../terminal/diff.ts';

/** What a real API server fills in by itself: it would only hide what the webhook has done. */
const FILLED_IN = new Set([
  'enableServiceLinks',
  'nodeName',
  'preemptionPolicy',
  'priority',
  'serviceAccount',
  'tolerations',
]);

/**
 * The specs of two pods, or of a template and its pod, as a unified diff of YAML.
 * @param names say what the two are
 */
export function renderPodDiff(
  before: object,
  after: object,
  names: { readonly before: string; readonly after: string },
): UnifiedLine[] {
  return renderUnifiedDiff(renderSpec(before), renderSpec(after), names);
}

function renderSpec(pod: object): string {
  const spec = 'spec' in pod && isRecord(pod.spec) ? pod.spec : {};
  const own = Object.entries(spec).filter(([key]) => !FILLED_IN.has(key));
  return stringify({ spec: Object.fromEntries(own) }, { lineWidth: 0, aliasDuplicateObjects: false });
}
