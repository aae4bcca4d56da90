import { accessSync, constants, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

const here = import.meta.dirname;

/** A Go program. `module` is the folder beside this file whose go.mod pins the version. */
export interface Program {
  readonly name: string;
  readonly module: string;
  readonly target: string;
}

/** What a control plane is made of here. */
export const PROGRAMS = [
  { name: 'etcd', module: 'etcd', target: 'go.etcd.io/etcd/server/v3' },
  { name: 'kube-apiserver', module: 'kubernetes', target: 'k8s.io/kubernetes/cmd/kube-apiserver' },
  {
    name: 'kube-controller-manager',
    module: 'kubernetes',
    target: 'k8s.io/kubernetes/cmd/kube-controller-manager',
  },
  { name: 'kubectl', module: 'kubernetes', target: 'k8s.io/kubernetes/cmd/kubectl' },
] as const satisfies readonly Program[];

/** What installs our chart on it: both majors of helm. A version is in the name, so that a newer one is built beside it. */
export function listHelms(): readonly (Program & { readonly version: string })[] {
  return [3, 4].map((major) => {
    const target = `helm.sh/helm/v${major}/cmd/helm`;
    const module = readFileSync(join(here, `helm${major}`, 'go.mod'), 'utf8');
    const version = findVersion(module, /^require helm\.sh\/helm\/v\d v(\S+)$/m);
    return { name: `helm-${version}`, module: `helm${major}`, target, version };
  });
}

/** The versions that the go.mod files pin, without a leading `v`; `go` is the oldest Go that may build them. */
export interface Versions {
  readonly kubernetes: string;
  readonly etcd: string;
  readonly go: string;
}

/** The folder of a program's go.mod. */
export function toModuleFolder(program: Program): string {
  return join(here, program.module);
}

/** Reads the pinned versions; throws where a go.mod does not name what it should. */
export function readVersions(): Versions {
  const kubernetes = readFileSync(join(here, 'kubernetes', 'go.mod'), 'utf8');
  const etcd = readFileSync(join(here, 'etcd', 'go.mod'), 'utf8');
  return {
    kubernetes: findVersion(kubernetes, /^require k8s\.io\/kubernetes v(\S+)$/m),
    etcd: findVersion(etcd, /^require go\.etcd\.io\/etcd\/server\/v3 v(\S+)$/m),
    go: [kubernetes, etcd].map((text) => findVersion(text, /^go (\S+)$/m)).reduce(pickNewer),
  };
}

function findVersion(text: string, pattern: RegExp): string {
  const version = pattern.exec(text)?.[1];
  if (version === undefined) throw new Error(`go.mod: no line matches ${pattern.source}`);
  return version;
}

function pickNewer(a: string, b: string): string {
  return isOlder(a, b) ? b : a;
}

/** Compares `1.26.8` with `1.26.0` number by number; what follows a number (`rc1`) is left out of account. */
export function isOlder(version: string, than: string): boolean {
  const left = toNumbers(version);
  const right = toNumbers(than);
  const at = [0, 1, 2].find((index) => (left[index] ?? 0) !== (right[index] ?? 0));
  return at !== undefined && (left[at] ?? 0) < (right[at] ?? 0);
}

function toNumbers(version: string): number[] {
  return version.split('.').map((part) => Number.parseInt(part, 10) || 0);
}

/**
 * The folder that `npm run control-plane` builds into. It is outside the repository, because four programs of
 * 320 MB are outputs of pinned sources, and carries both versions, so that an update builds anew.
 */
export function toCacheFolder(env: Readonly<Record<string, string | undefined>>, versions: Versions): string {
  const cache =
    env['IAM_BRIDGE_CACHE'] || join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'iam-bridge');
  return join(cache, 'control-plane', `k8s-${versions.kubernetes}_etcd-${versions.etcd}`);
}

/** The names of the programs that are not in the folder as executable files. */
export function findMissing(folder: string): string[] {
  return PROGRAMS.map(({ name }) => name).filter((name) => !isExecutable(join(folder, name)));
}

/** Whether there is a file that this user may execute. */
export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
