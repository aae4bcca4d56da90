import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Definitions of others that objects of the chart are of: where they are in which Go module. */
const MODULES = [
  {
    module: 'github.com/prometheus-operator/prometheus-operator@v0.85.0',
    folder: 'example/prometheus-operator-crd',
    files: /_(servicemonitors|podmonitors|prometheusrules)\.yaml$/,
  },
  {
    module: 'github.com/cert-manager/cert-manager@v1.21.2',
    folder: 'deploy/crds',
    files: /^cert-manager\.io_(certificates|issuers)\.yaml$/,
  },
] as const;

/**
 * Paths of their manifests, in Go's module cache: they are long, and of no use to anybody who reads this repository.
 * @throws Error where Go cannot get them
 */
export function findForeignDefinitions(): readonly string[] {
  return MODULES.flatMap(({ module, folder, files }) => {
    const { status, stdout, stderr } = spawnSync('go', ['mod', 'download', '-json', module], {
      encoding: 'utf8',
      cwd: import.meta.dirname,
      timeout: 120_000,
    });
    if (status !== 0) throw new Error(`go mod download ${module}: ${stderr}${stdout}`);
    const path = join((JSON.parse(stdout) as { readonly Dir: string }).Dir, folder);
    return readdirSync(path)
      .filter((name) => files.test(name))
      .map((name) => join(path, name));
  });
}
