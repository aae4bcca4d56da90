import { accessSync, constants } from 'node:fs';
import { resolve } from 'node:path';

const NAMES = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kubectl'] as const;

/** Paths of the programs that a control plane is made of. */
export type Programs = Readonly<Record<(typeof NAMES)[number], string>>;

const REMEDY =
  'run `npm run control-plane` once (it needs Go), and set KUBEBUILDER_ASSETS to the folder that it prints';

/**
 * @param folder the value of KUBEBUILDER_ASSETS
 * @throws Error that says how to get what is missing
 */
export function findPrograms(folder: string | undefined): Programs {
  if (!folder) throw new Error(`--real needs the programs of a control plane: ${REMEDY}`);
  const missing = NAMES.filter((name) => !isExecutable(resolve(folder, name)));
  if (missing.length > 0) {
    throw new Error(`KUBEBUILDER_ASSETS: ${folder} has no executable ${missing.join(', ')}: ${REMEDY}`);
  }
  // Every name of the list has its path here.
  return Object.fromEntries(NAMES.map((name) => [name, resolve(folder, name)])) as Programs;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
