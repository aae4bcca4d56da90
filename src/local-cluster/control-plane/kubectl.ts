import { execFile } from 'node:child_process';

/** Runs kubectl with arguments, as the administrator. */
export type Kubectl = (...words: readonly string[]) => Promise<KubectlOutput>;

export interface KubectlOutput {
  readonly stdout: string;
  /** The texts that kubectl prints after `Warning: `. */
  readonly warnings: readonly string[];
}

/** ms */
const TIMEOUT = 60_000;

export interface KubectlOptions {
  readonly program: string;
  readonly kubeconfig: string;
  readonly folder: string;
  /** Aborted: whatever runs is ended. */
  readonly signal: AbortSignal;
}

/** @returns kubectl, which throws Error with the first line of what it complains of where it fails */
export function createKubectl({ program, kubeconfig, folder, signal }: KubectlOptions): Kubectl {
  return (...words) =>
    new Promise((resolve, reject) => {
      execFile(
        program,
        [`--kubeconfig=${kubeconfig}`, ...words],
        // It keeps what it learns of the API below HOME.
        { cwd: folder, env: { HOME: folder, NO_PROXY: '*' }, timeout: TIMEOUT, signal },
        (error, stdout, stderr) => {
          if (error === null) resolve({ stdout, warnings: readWarnings(stderr) });
          else reject(new Error(`kubectl ${words[0]} failed: ${stderr.split('\n')[0] || error.message}`));
        },
      );
    });
}

function readWarnings(stderr: string): string[] {
  return stderr.split('\n').flatMap((line) => /^Warning: (.+)$/.exec(line)?.[1] ?? []);
}
