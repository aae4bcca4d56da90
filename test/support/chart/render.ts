import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { CHART } from '../../../tools/chart/files.ts';
import type { Helm, HelmAnswer } from './helm.ts';

export const RELEASE = 'iam-bridge';
export const NAMESPACE = 'iam-system';
const NEWEST = '1.36.0';

/** An object of Kubernetes, as far as the tests look at it: whatever else they read, they say what it is. */
export interface Rendered {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  // biome-ignore lint/suspicious/noExplicitAny: manifests of a dozen kinds, whose members the API server checks
  readonly [member: string]: any;
}

export interface Rendering {
  /** Values files of the chart's ci folder, by name. */
  readonly ci?: string;
  readonly values?: Readonly<Record<string, unknown>>;
  readonly set?: readonly string[];
  readonly kubeVersion?: string;
  readonly chart?: string;
  readonly release?: string;
}

/** Values files that the chart is tried with, by name. */
export function listCiFiles(): readonly string[] {
  return readdirSync(join(CHART, 'ci')).toSorted();
}

export function template(helm: Helm, rendering: Rendering = {}): HelmAnswer {
  const { chart = CHART, release = RELEASE, kubeVersion = NEWEST } = rendering;
  return withValues(rendering, (flags) =>
    helm.run(['template', release, chart, '--namespace', NAMESPACE, '--kube-version', kubeVersion, ...flags]),
  );
}

/** @param run gets the flags that hand over the values */
export function withValues<T>({ ci, values, set = [] }: Rendering, run: (flags: string[]) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'iam-bridge-chart-'));
  try {
    const flags = ci === undefined ? [] : ['--values', join(CHART, 'ci', ci)];
    if (values !== undefined) {
      writeFileSync(join(folder, 'values.json'), JSON.stringify(values));
      flags.push('--values', join(folder, 'values.json'));
    }
    return run([...flags, ...set.flatMap((each) => ['--set', each])]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** @throws Error with what helm says, where it refuses */
export function render(helm: Helm, rendering: Rendering = {}): readonly Rendered[] {
  const { code, stdout, stderr } = template(helm, rendering);
  if (code !== 0) throw new Error(stderr);
  return readObjects(stdout);
}

export function readObjects(text: string): readonly Rendered[] {
  return parseAllDocuments(text)
    .map((document) => document.toJS() as Rendered | null)
    .filter((object) => object !== null);
}

/** @throws Error where there is none, or more than one */
export function only(objects: readonly Rendered[], kind: string, name?: string): Rendered {
  const found = objects.filter(
    (each) => each.kind === kind && (name === undefined || each.metadata.name === name),
  );
  if (found.length !== 1 || found[0] === undefined)
    throw new Error(`${found.length} objects are ${kind} ${name ?? ''}`);
  return found[0];
}

/** Deployments and DaemonSets. */
export function listWorkloads(objects: readonly Rendered[]): readonly Rendered[] {
  return objects.filter(({ kind }) => kind === 'Deployment' || kind === 'DaemonSet');
}
