/**
 * `npm run control-plane`: makes the programs of a real control plane from their pinned Go modules, once, and prints
 * the line that makes the e2e tests use them. Progress goes to stderr; stdout is that one line, so that
 * `export "$(npm run --silent control-plane)"` works.
 *
 * Exit codes: 0 there, 2 something to set right here (Go, a variable), 3 a build failed.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  findMissing,
  isExecutable,
  isOlder,
  listHelms,
  PROGRAMS,
  type Program,
  readVersions,
  toCacheFolder,
  toModuleFolder,
  type Versions,
} from './programs.ts';

class Refusal extends Error {
  readonly exitCode: 2 | 3;

  constructor(exitCode: 2 | 3, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}

try {
  console.log(`KUBEBUILDER_ASSETS=${provideFolder()}`);
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  console.error(`control-plane: ${error.message}`);
  process.exitCode = error.exitCode;
}

function provideFolder(): string {
  const given = process.env['KUBEBUILDER_ASSETS'];
  return given ? checkGivenFolder(given) : buildFolder(readVersions());
}

function checkGivenFolder(folder: string): string {
  const missing = findMissing(folder);
  if (missing.length === 0) return folder;
  throw new Refusal(
    2,
    `KUBEBUILDER_ASSETS names ${folder}, which has no executable ${missing.join(', ')}. ` +
      'Folders of setup-envtest have no kube-controller-manager. ' +
      'Put it there, or unset the variable and run this again to build all of them.',
  );
}

function buildFolder(versions: Versions): string {
  const folder = toCacheFolder(process.env, versions);
  const programs = [...PROGRAMS, ...listHelms()];
  const missing = programs.filter(({ name }) => !isExecutable(join(folder, name)));
  report(`Kubernetes ${versions.kubernetes} and etcd ${versions.etcd} in ${folder}`);
  if (missing.length > 0) {
    checkGo(versions.go);
    report('building with empty Go caches takes about ten minutes on two cores');
    mkdirSync(folder, { recursive: true });
  }
  for (const program of programs) {
    if (missing.includes(program)) buildProgram(program, folder, versions);
    else report(`${program.name}: there already`);
  }
  return folder;
}

function checkGo(needed: string): void {
  // Run beside the go.mod: a Go that may fetch a newer toolchain by itself (GOTOOLCHAIN=auto) answers with that one.
  const { error, status, stdout, stderr } = spawnSync('go', ['version'], {
    cwd: toModuleFolder(PROGRAMS[0]),
    encoding: 'utf8',
  });
  const remedy = `install Go ${needed} or newer (https://go.dev/dl/) and run this again`;
  if (error)
    throw new Refusal(2, `the control plane is built from source, and \`go\` is not in PATH: ${remedy}`);
  const version = /\bgo(\d+\.\d+(?:\.\d+)?)/.exec(stdout)?.[1];
  if (status !== 0 || version === undefined) {
    throw new Refusal(2, `\`go version\` failed (${stderr.trim() || stdout.trim()}): ${remedy}`);
  }
  if (isOlder(version, needed)) throw new Refusal(2, `Go ${version} is too old: ${remedy}`);
}

function buildProgram(program: Program, folder: string, versions: Versions): void {
  const started = performance.now();
  report(`${program.name}: building`);
  const target = join(folder, program.name);
  // Under its final name only when it is whole: a build that was broken off, or two at once, must not leave half a file.
  const unfinished = `${target}.${process.pid}.tmp`;
  try {
    const { status, signal, error } = spawnSync('go', toBuildArguments(program, unfinished, versions), {
      cwd: toModuleFolder(program),
      env: { ...process.env, CGO_ENABLED: '0' },
      stdio: ['ignore', 2, 2],
    });
    if (status !== 0) {
      const ending = signal ?? error?.message ?? `exit code ${status}`;
      throw new Refusal(3, `go build of ${program.name} failed (${ending}); its messages are above`);
    }
    renameSync(unfinished, target);
  } finally {
    rmSync(unfinished, { force: true });
  }
  report(`${program.name}: built in ${Math.round((performance.now() - started) / 1000)} s`);
}

function toBuildArguments(program: Program, output: string, versions: Versions): string[] {
  return ['build', '-ldflags', toLinkerFlags(program, versions), '-o', output, program.target];
}

/**
 * Without the version stamps the API server calls itself v0.0.0, and kubectl warns about the distance; helm 3 takes the
 * cluster for Kubernetes 1.20 where it does not ask it.
 */
function toLinkerFlags({ module }: Program, { kubernetes }: Versions): string {
  const [major, minor] = kubernetes.split('.');
  const stamps = {
    kubernetes: {
      'k8s.io/component-base/version.gitVersion': `v${kubernetes}`,
      'k8s.io/component-base/version.gitMajor': major,
      'k8s.io/component-base/version.gitMinor': minor,
    },
    helm3: {
      'helm.sh/helm/v3/pkg/chartutil.k8sVersionMajor': major,
      'helm.sh/helm/v3/pkg/chartutil.k8sVersionMinor': minor,
    },
  }[module];
  return ['-s', '-w', ...Object.entries(stamps ?? {}).map(([name, value]) => `-X ${name}=${value}`)].join(
    ' ',
  );
}

function report(line: string): void {
  console.error(`control-plane: ${line}`);
}
