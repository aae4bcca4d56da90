import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * What public base images have, put together out of what npm and Debian have delivered to this machine: Node with the
 * libraries that it names, as the distroless image has them, and for the build stage npm and a shell beside it.
 */
export function makeFinalBase(folder: string): void {
  addProgram(folder, realpathSync(process.execPath), '/nodejs/bin/node');
  mkdirSync(join(folder, 'etc'), { recursive: true });
  mkdirSync(join(folder, 'home', 'nonroot'), { recursive: true });
  mkdirSync(join(folder, 'tmp'), { mode: 0o1777 });
  const users =
    'root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n';
  writeFileSync(join(folder, 'etc', 'passwd'), users);
  writeFileSync(join(folder, 'etc', 'group'), 'root:x:0:\nnonroot:x:65532:\n');
}

const AUTHORITIES = '/etc/ssl/certs/ca-certificates.crt';

export function makeBuildBase(folder: string): void {
  makeFinalBase(folder);
  for (const program of ['/bin/sh', '/usr/bin/env']) addProgram(folder, realpathSync(program), program);
  const modules = join(folder, 'usr', 'local', 'lib', 'node_modules');
  cpSync(NPM, join(modules, 'npm'), { recursive: true });
  const bin = join(folder, 'usr', 'local', 'bin');
  mkdirSync(bin, { recursive: true });
  symlinkSync('/nodejs/bin/node', join(bin, 'node'));
  symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', join(bin, 'npm'));
  copy(folder, readNpmConfig('cafile') || AUTHORITIES, AUTHORITIES);
}

/** Where npm is to look, as it does on this machine: for the secret that the build stage takes. */
export function renderNpmrc(): string {
  let own = '';
  try {
    own = readFileSync(readNpmConfig('userconfig'), 'utf8');
  } catch {
    // There is none.
  }
  return `${own}\nregistry=${readNpmConfig('registry')}\ncafile=${AUTHORITIES}\n`;
}

/** npm's own folder, with all its modules; that of `npm run` would be the one of the repository. */
export const NPM = findNpm();

function findNpm(): string {
  const { stdout } = spawnSync('/bin/sh', ['-c', 'command -v npm'], { encoding: 'utf8' });
  const found = stdout.trim() || '/usr/bin/npm';
  return join(dirname(realpathSync.native(found)), '..');
}

function readNpmConfig(name: string): string {
  const { stdout } = spawnSync('npm', ['config', 'get', name], { encoding: 'utf8', cwd: '/' });
  const value = stdout.trim();
  return value === 'null' || value === 'undefined' ? '' : value;
}

/** A program, and the shared libraries that it names. */
function addProgram(folder: string, from: string, to: string): void {
  const { stdout } = spawnSync('ldd', [from], { encoding: 'utf8' });
  const libraries = stdout.match(/\/\S+/g) ?? [];
  if (libraries.length === 0) throw new Error(`ldd tells no libraries of ${from}`);
  copy(folder, from, to);
  for (const library of libraries) copy(folder, library, library);
}

function copy(folder: string, from: string, to: string): void {
  const target = join(folder, to);
  mkdirSync(dirname(target), { recursive: true });
  copyFileSync(from, target);
}
