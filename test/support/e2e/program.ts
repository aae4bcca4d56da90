import { join, resolve } from 'node:path';

const ROOT = join(import.meta.dirname, '..', '..', '..');

/** The source, or what IAM_BRIDGE_E2E_PROGRAM names: `bin/iam-bridge` tests the bundle. */
export function findOurProgram(): [string, ...string[]] {
  const program = process.env['IAM_BRIDGE_E2E_PROGRAM'];
  return program ? [resolve(ROOT, program)] : [process.execPath, join(ROOT, 'src', 'main.ts')];
}
