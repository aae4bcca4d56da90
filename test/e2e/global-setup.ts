import { findAssets, HOW_TO_GET_ASSETS } from '../support/e2e/assets.ts';

/** Says once per run, after the results, that the e2e tests were left out; stops the run where they are required. */
export function setup(): (() => void) | undefined {
  if (findAssets() !== undefined) return undefined;
  return () => process.stderr.write(`\n!!! e2e skipped: ${HOW_TO_GET_ASSETS}\n`);
}
