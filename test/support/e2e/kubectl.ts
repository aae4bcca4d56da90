import { execFile } from 'node:child_process';
import { refuseLeaks } from '../canary.ts';
import type { Workspace } from '../workspace.ts';

export interface KubectlAnswer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Which kubectl runs where, and as whom. */
export interface Kubectl {
  readonly program: string;
  readonly workspace: Workspace;
  readonly kubeconfig: string;
}

/** A failure is an answer, not an error; an output that shows a secret is one. */
export function runKubectl(kubectl: Kubectl, args: readonly string[], input = ''): Promise<KubectlAnswer> {
  const { folder } = kubectl.workspace;
  return new Promise((resolve, reject) => {
    const child = execFile(
      kubectl.program,
      [`--kubeconfig=${kubectl.kubeconfig}`, ...args],
      // Its discovery cache goes below HOME.
      { cwd: folder, env: { PATH: process.env['PATH'], HOME: folder, NO_PROXY: '*' }, timeout: 60_000 },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
        try {
          refuseLeaks('kubectl', { stdout, stderr });
          resolve({ code, stdout, stderr });
        } catch (leak) {
          reject(leak);
        }
      },
    );
    // One that ends before it has read all says itself why.
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
  });
}
