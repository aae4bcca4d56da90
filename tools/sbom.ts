/**
 * `npm run sbom`: prints what the bundle is made of as a CycloneDX document, out of the lock file. npm writes it, of all
 * packages; its own `--omit dev` leaves out what a package for development needs as well, however much of that is shipped.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The part of CycloneDX 1.5 that is looked at. */
interface Bom {
  readonly metadata: { readonly component: { readonly 'bom-ref': string } };
  readonly components: readonly {
    readonly 'bom-ref': string;
    readonly name: string;
    readonly version: string;
  }[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

/** An entry of `packages` in a lock file (version 3), by the path of its folder. */
interface LockedPackage {
  readonly version: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly devOptional?: boolean;
}

/** @returns `name@version` of all that is installed without packages for development and for one platform alone */
function listShipped(packages: Readonly<Record<string, LockedPackage>>): Set<string> {
  return new Set(
    Object.entries(packages)
      .filter(([path, { dev, optional, devOptional }]) => path !== '' && !dev && !optional && !devOptional)
      .map(([path, { version }]) => `${path.replace(/^.*node_modules\//, '')}@${version}`),
  );
}

function keepShipped(bom: Bom, shipped: ReadonlySet<string>): Bom {
  const components = bom.components.filter(({ name, version }) => shipped.has(`${name}@${version}`));
  const refs = new Set([bom.metadata.component['bom-ref'], ...components.map((each) => each['bom-ref'])]);
  const dependencies = bom.dependencies
    .filter(({ ref }) => refs.has(ref))
    .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((each) => refs.has(each)) }));
  // npm calls it by the name of its folder.
  const component = { ...bom.metadata.component, name: 'iam-bridge' };
  return { ...bom, metadata: { ...bom.metadata, component }, components, dependencies };
}

const words = ['sbom', '--sbom-format', 'cyclonedx', '--sbom-type', 'application', '--package-lock-only'];
const { status, stdout, stderr } = spawnSync('npm', words, {
  cwd: root,
  encoding: 'utf8',
  maxBuffer: 64 * 1024 * 1024,
});
if (status !== 0) throw new Error(`npm sbom ended with ${status}: ${stderr}`);
const { packages } = JSON.parse(readFileSync(`${root}/package-lock.json`, 'utf8'));
console.log(JSON.stringify(keepShipped(JSON.parse(stdout), listShipped(packages)), undefined, 2));
