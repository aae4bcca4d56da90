import { findMissing } from '../../e2e/control-plane/programs.ts';

/** What is said where the tests cannot run: once per run, by global-setup.ts. */
export const HOW_TO_GET_ASSETS =
  'KUBEBUILDER_ASSETS is not set: no test ran against a real kube-apiserver. ' +
  'Run `npm run control-plane` once (it needs Go), set the variable to the folder that it prints, and run again.';

/** The folder that KUBEBUILDER_ASSETS names; a folder that happens to be in the cache is not used unasked. */
export function findAssets(env = process.env): string | undefined {
  const folder = env['KUBEBUILDER_ASSETS'];
  if (!folder) {
    if (env['IAM_BRIDGE_E2E'] === 'required') throw new Error(HOW_TO_GET_ASSETS);
    return undefined;
  }
  const missing = findMissing(folder);
  if (missing.length > 0)
    throw new Error(`KUBEBUILDER_ASSETS: ${folder} has no executable ${missing.join(', ')}`);
  return folder;
}
