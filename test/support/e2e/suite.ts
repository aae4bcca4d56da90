import { describe, onTestFailed } from 'vitest';
import { findAssets } from './assets.ts';

/** `describe` for tests that need a cluster: skipped without one, an error where one is required. */
export function describeOnCluster(name: string, body: () => void): void {
  describe.skipIf(findAssets() === undefined)(name, body);
}

/** Something that can say what its processes wrote last. */
export interface Witness {
  readLogTails(): string;
}

/** Call it in `beforeEach`: a test that fails then shows what the witness has to say. */
export function showLogsOnFailure(witness: Witness): void {
  onTestFailed(() => console.error(witness.readLogTails()));
}
