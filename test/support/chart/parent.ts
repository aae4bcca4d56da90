import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { CHART } from '../../../tools/chart/files.ts';
import type { Workspace } from '../workspace.ts';

/**
 * A chart that depends on ours, once for each of these, and returns its folder.
 * @param dependencies what its Chart.yaml says of each beside name and version
 */
export function createParent(workspace: Workspace, dependencies: readonly Record<string, string>[]): string {
  const all = dependencies.map((each) => ({ name: 'iam-bridge', version: '0.1.0', ...each }));
  workspace.write(
    'Chart.yaml',
    stringify({ apiVersion: 'v2', name: 'parent', version: '1.0.0', dependencies: all }),
  );
  workspace.write('values.yaml', stringify({ 'iam-bridge': { enabled: true } }));
  mkdirSync(join(workspace.folder, 'charts'));
  symlinkSync(CHART, join(workspace.folder, 'charts', 'iam-bridge'));
  return workspace.folder;
}
