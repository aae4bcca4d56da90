import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe } from 'vitest';
import { isExecutable, listHelms } from '../../e2e/control-plane/programs.ts';
import { findAssets } from '../e2e/assets.ts';

/** What is said where the tests cannot run. */
export const HOW_TO_GET_HELM =
  'the folder of KUBEBUILDER_ASSETS has no helm: the chart was not rendered. Run `npm run control-plane` once (it needs Go), ' +
  'set the variable to the folder that it prints, and run again.';

/** One major of helm. */
export interface Helm {
  /** Such as `helm-4.3.1`. */
  readonly name: string;
  readonly path: string;
  /** A failure is an answer, not an error. */
  run(args: readonly string[], kubeconfig?: string): HelmAnswer;
  /** The same while other things go on in this process; for what waits for the cluster. */
  runBeside(args: readonly string[], kubeconfig: string): Promise<HelmAnswer>;
}

export interface HelmAnswer {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Both majors, or none where they are not to be had. */
export function findHelms(env = process.env): readonly Helm[] {
  const folder = env['KUBEBUILDER_ASSETS'] ?? '';
  const helms = listHelms().map(({ name }) => ({ name, path: join(folder, name) }));
  if (helms.every(({ path }) => isExecutable(path)))
    return helms.map(({ name, path }) => createHelm(name, path));
  if (env['IAM_BRIDGE_E2E'] === 'required') throw new Error(HOW_TO_GET_HELM);
  return [];
}

const MAX_OUTPUT = 16 * 1024 * 1024;

/** Neither settings nor a cache of whoever runs the tests. */
function toEnvironment(kubeconfig: string): Record<string, string> {
  return { HOME: '/nonexistent', KUBECONFIG: kubeconfig };
}

function createHelm(name: string, path: string): Helm {
  return {
    name,
    path,
    run(args, kubeconfig = '/dev/null') {
      const { status, stdout, stderr } = spawnSync(path, args, {
        encoding: 'utf8',
        env: toEnvironment(kubeconfig),
        maxBuffer: MAX_OUTPUT,
        timeout: 60_000,
      });
      return { code: status, stdout, stderr };
    },
    runBeside: (args, kubeconfig) =>
      new Promise((resolve) => {
        const options = { env: toEnvironment(kubeconfig), maxBuffer: MAX_OUTPUT, timeout: 240_000 };
        execFile(path, args, options, (error, stdout, stderr) => {
          const code = typeof error?.code === 'number' ? error.code : null;
          resolve({ code: error === null ? 0 : code, stdout, stderr });
        });
      }),
  };
}

/** `describe` for each major. */
export function describeWithHelm(name: string, body: (helm: Helm) => void): void {
  const helms = findHelms();
  if (helms.length === 0) describe.skip(name, () => {});
  for (const helm of helms) describe(`${name}, ${helm.name}`, () => body(helm));
}

/** `describe` for what does not depend on the major: the newest. */
export function describeWithNewestHelm(name: string, body: (helm: Helm) => void): void {
  const helm = findHelms().at(-1);
  describe.skipIf(helm === undefined)(name, () => {
    if (helm !== undefined) body(helm);
  });
}

/** `describe` for what needs a cluster and helm; which of both is missing is said at the end of the run. */
export function describeChartOnCluster(name: string, body: () => void): void {
  describe.skipIf(findAssets() === undefined || findHelms().length === 0)(name, body);
}
