import { findHelms, HOW_TO_GET_HELM } from '../support/chart/helm.ts';

/** Says once per run, after the results, that the chart was not rendered; stops the run where it has to be. */
export function setup(): (() => void) | undefined {
  if (findHelms().length > 0) return undefined;
  return () => process.stderr.write(`\n!!! chart skipped: ${HOW_TO_GET_HELM}\n`);
}
