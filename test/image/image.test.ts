import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
} from 'node:fs';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ENTRIES, HOME, makeImageRoot } from '../../tools/image-root.ts';
import { createCaller } from '../bench/webhook/caller.ts';
import { renderReview } from '../bench/webhook/reviews.ts';
import { isTokenMaker, refuseLeaks } from '../support/canary.ts';
import { createAuthority } from '../support/certificates.ts';
import { type Child, startChild } from '../support/child.ts';
import { KEYS_ENV } from '../support/commands/token.ts';
import { eventually } from '../support/e2e/eventually.ts';
import { findFreePort } from '../support/free-port.ts';
import { makeBuildBase, makeFinalBase, renderNpmrc } from '../support/image/base-tree.ts';
import { type Buildah, CHROOT, MISSING, openBuildah } from '../support/image/buildah.ts';
import { createWorkspace, type Workspace } from '../support/workspace.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const REQUIRED = process.env['IAM_BRIDGE_IMAGE'] === 'required';
/** A build fetches what the lock file names, and works on a slow copy of everything. ms */
const BUILD_PATIENCE = 1_200_000;
/** MiB, compressed: Node with its libraries is 46.6 of it. */
const MOST = 60;
const VERSION = '1.2.3';

if (MISSING !== undefined) {
  console.error(MISSING);
  test.runIf(REQUIRED)('an image is required', () => {
    throw new Error(MISSING);
  });
}

describe.skipIf(MISSING !== undefined)('the image', () => {
  let workspace: Workspace;
  let buildah: Buildah;
  /** What the image has, as a folder. */
  let root: string;
  const children: Child[] = [];

  beforeAll(async () => {
    workspace = createWorkspace();
    buildah = openBuildah(workspace);
    const bases = { build: makeBase('build', makeBuildBase), final: makeBase('final', makeFinalBase) };
    const npmrc = workspace.write('npmrc', renderNpmrc());
    buildah.run(
      ...['build', '--tag', 'iam-bridge', '--secret', `id=npmrc,src=${npmrc}`, '--pull-never'],
      ...[`--build-arg=BUILD_BASE=${bases.build}`, `--build-arg=FINAL_BASE=${bases.final}`],
      ...[`--build-arg=VERSION=${VERSION}`, '--build-arg=REVISION=abc', '--timestamp=0', ROOT],
    );
    root = buildah.run('mount', buildah.run('from', '--pull-never', 'localhost/iam-bridge'));
  }, BUILD_PATIENCE);

  afterAll(async () => {
    await Promise.all(children.map((child) => child.stop()));
    await workspace?.remove();
  }, BUILD_PATIENCE);

  /** An image out of nothing and a tree, in place of a public one. */
  function makeBase(name: string, fill: (folder: string) => void): string {
    const folder = join(workspace.folder, name);
    mkdirSync(join(folder, 'tree'), { recursive: true });
    fill(join(folder, 'tree'));
    const path = '/usr/local/bin:/usr/bin:/bin';
    writeFileSync(join(folder, 'Dockerfile'), `FROM scratch\nCOPY tree /\nENV PATH=${path}\n`);
    buildah.run('build', '--tag', `iam-bridge-${name}`, folder);
    return `localhost/iam-bridge-${name}`;
  }

  interface As {
    readonly user?: number;
    readonly env?: Readonly<Record<string, string>>;
  }

  /** Starts a program of the image in its own root, with its environment, as its user or another. */
  function start([program = '', ...words]: readonly string[], { user = 65_532, env = {} }: As = {}): Child {
    const child = startChild({
      workspace,
      name: `${children.length}${program.replaceAll('/', '-')}`,
      cwd: '/',
      env: { ...readImageEnvironment(), HOME: '/', ...env },
      command: [CHROOT, `--userspec=${user}:${user}`, root, program, ...words],
    });
    children.push(child);
    return child;
  }

  /** Runs one that ends by itself. */
  function run(words: readonly string[], { user = 65_532, env = {} }: As = {}) {
    const { status, stdout, stderr } = spawnSync(CHROOT, [`--userspec=${user}:${user}`, root, ...words], {
      env: { ...readImageEnvironment(), HOME: '/', ...env },
      encoding: 'utf8',
      timeout: 30_000,
    });
    refuseLeaks(words.join(' '), { stdout, stderr }, isTokenMaker(words));
    return { code: status, stdout, stderr };
  }

  interface Image {
    readonly architecture: string;
    readonly rootfs: { readonly diff_ids: readonly string[] };
    readonly config: {
      readonly User: string;
      readonly Entrypoint: readonly string[];
      readonly Env: readonly string[];
      readonly Labels: Readonly<Record<string, string>>;
    };
  }

  function readImage(name: string): Image {
    return JSON.parse(buildah.run('inspect', '--type=image', `localhost/${name}`)).OCIv1;
  }

  function readImageEnvironment(): Record<string, string> {
    return Object.fromEntries(
      readImage('iam-bridge').config.Env.map((each) => each.split(/=(.*)/s).slice(0, 2)),
    );
  }

  test('is started as iam-bridge, by nobody in particular', () => {
    const { User, Entrypoint, Labels } = readImage('iam-bridge').config;
    expect([User, Entrypoint]).toEqual(['65532:65532', ['/iam-bridge']]);
    expect(Labels).toMatchObject({
      'org.opencontainers.image.version': VERSION,
      'org.opencontainers.image.revision': 'abc',
      'org.opencontainers.image.licenses': 'Apache-2.0',
    });
  });

  test('gives V8 the flags of its launcher, and nothing else', () => {
    const launcher = readFileSync(join(ROOT, 'bin', 'iam-bridge'), 'utf8');
    const flags = launcher.match(/--max-[a-z-]+=\d+/g) ?? [];
    expect(flags).toHaveLength(2);
    expect(readImageEnvironment()).toMatchObject({
      NODE_OPTIONS: flags.join(' '),
      ...Object.fromEntries(
        [...launcher.matchAll(/export (MALLOC_\w+_)=(\d+)/g)].map(([, name, value]) => [name, value]),
      ),
    });
  });

  test('has the bundle that is built here, byte for byte, with its licences', async () => {
    const here = join(workspace.folder, 'here');
    await makeImageRoot(here);
    const files = hashFiles(join(root, HOME));
    expect(files.length).toBeGreaterThan(100);
    expect(files).toEqual(hashFiles(join(here, HOME)));
    expect(files.map((line) => line.split(' ')[0])).toEqual(
      expect.arrayContaining(['LICENSE', 'LICENSES.txt']),
    );
  });

  test('is for another platform the same layer on another base', () => {
    const folder = join(workspace.folder, 'other-platform');
    mkdirSync(folder);
    writeFileSync(join(folder, 'Dockerfile'), 'FROM scratch\nCOPY Dockerfile /\n');
    const to = '--platform=linux/arm64';
    buildah.run('build', to, '--tag', 'iam-bridge-arm64-final', folder);
    // Of the build stage no more than what it has made: it is the builder's own, and was run for the other one.
    const made = join(workspace.folder, 'made');
    mkdirSync(join(made, 'image'), { recursive: true });
    for (const name of ['opt', ...ENTRIES])
      cpSync(join(root, name), join(made, 'image', name), { recursive: true, verbatimSymlinks: true });
    buildah.run(
      ...['build', to, '--tag', 'iam-bridge-arm64', '--pull-never', '--build-context', `build=${made}`],
      ...['--build-arg=FINAL_BASE=localhost/iam-bridge-arm64-final', '--timestamp=0', ROOT],
    );
    const other = readImage('iam-bridge-arm64');
    expect([other.architecture, other.config.Entrypoint]).toEqual(['arm64', ['/iam-bridge']]);
    expect(other.rootfs.diff_ids.at(-1)).toBe(readImage('iam-bridge').rootfs.diff_ids.at(-1));
  }, 120_000);

  test('has three names for it, and nothing more than the base has', () => {
    for (const name of ENTRIES) expect(readlinkSync(join(root, name))).toBe(`${HOME}/main.js`);
    const added = ['opt', ...ENTRIES];
    expect(readdirSync(root).sort()).toEqual(
      [...readdirSync(join(workspace.folder, 'final', 'tree')), ...added].sort(),
    );
    const programs = listFiles(root).filter((path) => /(?:^|\/)(?:sh|bash|busybox|npm|apt|curl)$/.test(path));
    expect(programs).toEqual([]);
  });

  test('belongs to root, and nobody else may write to it', () => {
    const odd = listFiles(join(root, 'opt')).filter((path) => {
      const { uid, gid, mode } = lstatSync(join(root, 'opt', path));
      return uid !== 0 || gid !== 0 || (mode & 0o6022) !== 0;
    });
    expect(odd).toEqual([]);
  });

  describe.each([65_532, 1_000_680_000])('as user %i', (user) => {
    test.each([
      [['/iam-bridge', '--version'], /^\d+\.\d+\.\d+\n$/],
      [['/webhook', '--version'], /^\d+\.\d+\.\d+\n$/],
      [['/webhook', '--help'], /^iam-bridge webhook: /],
      [['/aws-iam-authenticator', 'version', '-s'], /^\d+\.\d+\.\d+\n$/],
      [['/aws-iam-authenticator', 'server', '--help'], /^aws-iam-authenticator server: /],
      [['/iam-bridge', 'server', '--help'], /^aws-iam-authenticator server: /],
      [['/iam-bridge', 'token', '-i', 'demo', '--token-only'], /^k8s-aws-v1\.[\w-]+\n$/],
      [['/aws-iam-authenticator', 'token', '-i', 'demo', '--token-only'], /^k8s-aws-v1\.[\w-]+\n$/],
    ])('%j does its work', async (words, expected) => {
      expect(run(words, { user, env: KEYS_ENV })).toEqual({
        code: 0,
        stdout: expect.stringMatching(expected),
        stderr: '',
      });
    });

    test('a webhook mutates, is found ready without curl, and ends when told', async () => {
      const [port, metricsPort, apiPort] = [await findFreePort(), await findFreePort(), await findFreePort()];
      const tls = join(root, 'tmp', `tls-${user}`);
      mkdirSync(tls);
      const { certificate, key } = createAuthority().issue({ names: ['127.0.0.1'] });
      writeFileSync(join(tls, 'tls.crt'), certificate, { mode: 0o644 });
      writeFileSync(join(tls, 'tls.key'), key, { mode: 0o644 });
      children.push(
        startChild({
          workspace,
          name: `api-${user}`,
          command: [
            ...([process.execPath, join(ROOT, 'test/bench/webhook/stand-in-api.ts')] as const),
            ...[String(apiPort), '2'],
          ],
        }),
      );
      const webhook = start(
        [
          ...['/webhook', '--in-cluster=false', `--kube-api=http://127.0.0.1:${apiPort}`],
          ...[`--tls-cert=/tmp/tls-${user}/tls.crt`, `--tls-key=/tmp/tls-${user}/tls.key`],
          ...[
            `--port=${port}`,
            `--metrics-port=${metricsPort}`,
            '--bind-address=127.0.0.1',
            '--shutdown-delay=0s',
          ],
        ],
        { user },
      );
      const probe = readProbe().replace('9999', String(metricsPort));
      await eventually(
        async () =>
          expect(run(['/nodejs/bin/node', '-e', probe], { user })).toMatchObject({ code: 0, stderr: '' }),
        { timeout: 60_000, interval: 500 },
      );
      const caller = createCaller(port);
      expect(JSON.stringify((await caller.post(renderReview(1))).patch)).toContain(
        'AWS_WEB_IDENTITY_TOKEN_FILE',
      );
      caller.end();
      webhook.kill('SIGTERM');
      expect(await webhook.exited).toEqual({ code: 0, signal: null });
      expect(run(['/nodejs/bin/node', '-e', probe], { user }).code).toBe(1);
    }, 120_000);
  });

  test(
    `is no larger than ${MOST} MiB, compressed`,
    () => {
      const folder = join(workspace.folder, 'oci');
      buildah.run('push', '--format=oci', 'localhost/iam-bridge', `oci:${folder}:image`);
      const read = (digest: string) =>
        JSON.parse(readFileSync(join(folder, 'blobs', digest.replace(':', '/')), 'utf8'));
      const index = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8'));
      const layers: { size: number; mediaType: string }[] = read(index.manifests[0].digest).layers;
      expect(layers.every(({ mediaType }) => mediaType.endsWith('tar+gzip'))).toBe(true);
      const size = layers.reduce((sum, layer) => sum + layer.size, 0) / 1024 / 1024;
      console.info(`the image is ${size.toFixed(1)} MiB, compressed`);
      expect(size).toBeLessThan(MOST);
      expect(size).toBeGreaterThan(20);
    },
    BUILD_PATIENCE,
  );
});

/** The script that docs/image.md gives for where nothing but a command may ask. */
function readProbe(): string {
  const page = readFileSync(join(ROOT, 'docs', 'image.md'), 'utf8');
  const probe = /"\/nodejs\/bin\/node", "-e", "([^"]+)"/.exec(page)?.[1];
  if (probe === undefined) throw new Error('docs/image.md has no probe');
  return probe;
}

/** Paths of all that is no folder. */
function listFiles(where: string): string[] {
  return readdirSync(where, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map(({ parentPath, name }) => relative(where, join(parentPath, name)))
    .sort();
}

function hashFiles(where: string): string[] {
  return listFiles(where).map((path) => {
    const hash = createHash('sha256').update(readFileSync(join(where, path)));
    return `${path} ${(lstatSync(join(where, path)).mode & 0o777).toString(8)} ${hash.digest('hex')}`;
  });
}
