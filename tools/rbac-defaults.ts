/**
 * Writes the roles and bindings that an API server makes by itself: `node tools/rbac-defaults.ts KUBECONFIG`, on a new cluster
 * of the newest version with `--feature-gates=AllBeta=true --runtime-config=api/beta=true`, which has some more than others.
 * What the file has and that cluster has not is kept as former: clusters that are upgraded keep it.
 */
import { writeFile } from 'node:fs/promises';
import { createKubeApi, type KubeApi } from '../src/kube/api.ts';
import { loadKubeconfigAccess } from '../src/kube/kubeconfig.ts';
import { formatRef, formatRule } from '../src/rbac/defaults/format.ts';
import { DEFAULT_ROLES, FORMER_ROLES } from '../src/rbac/defaults/rows.ts';
import type { RbacObjects } from '../src/rbac/objects.ts';
import { readObjects } from '../src/rbac/read/objects.ts';
import { compareRefs } from '../src/rbac/refs.ts';

const RBAC = '/apis/rbac.authorization.k8s.io/v1';

/** The text of the file. */
export async function renderDefaults(api: KubeApi): Promise<string> {
  const kinds = ['clusterroles', 'clusterrolebindings', 'roles', 'rolebindings'];
  const lists = await Promise.all(kinds.map(async (kind) => JSON.parse(await read(api, `${RBAC}/${kind}`))));
  const { objects } = readObjects(lists);
  return renderFile(objects);
}

async function read(api: KubeApi, path: string): Promise<string> {
  const { status, body } = await api.get(path, { signal: AbortSignal.timeout(30_000) });
  if (status !== 200) throw new Error(`${path}: ${status}`);
  return body;
}

const HEAD = '// Written by tools/rbac-defaults.ts from a new cluster of Kubernetes 1.36: do not edit.\n\n';

/** Of aggregated roles the selectors decide, and their rules are those of others. */
function renderFile({ roles, bindings }: RbacObjects): string {
  const ofRoles = roles.toSorted(compareRefs).map((role) => {
    const rules = role.aggregation === undefined ? role.rules.map(formatRule) : [];
    return [formatRef(role), ...rules].join('; ');
  });
  const ofBindings = bindings.toSorted(compareRefs).map((one) => {
    return [formatRef(one), formatRef(one.role), ...one.subjects.map(formatRef)].join('; ');
  });
  const roleText =
    '/** A role each, with its rules: verbs, groups, resources and names, or verbs and URLs. */\n';
  const bindingText = '\n/** A binding each, with its role and its subjects. */\n';
  const formerText =
    '\n/** Rules that earlier ones gave these roles: an upgrade adds rules and takes none away. */\n';
  return [
    HEAD,
    ...[roleText, renderConstant('DEFAULT_ROLES', ofRoles)],
    ...[bindingText, renderConstant('DEFAULT_BINDINGS', ofBindings)],
    ...[formerText, renderConstant('FORMER_ROLES', listFormer(ofRoles, [...FORMER_ROLES, ...DEFAULT_ROLES]))],
  ].join('');
}

/** What of these rows is not in the present ones; roles by name, their rules in the order in which they went. */
export function listFormer(present: readonly string[], rows: readonly string[]): readonly string[] {
  const now = new Map(present.map(splitRow));
  const gone = new Map<string, Set<string>>();
  for (const [role, rules] of rows.map(splitRow)) {
    const kept = rules.filter((rule) => now.get(role)?.includes(rule) !== true);
    if (kept.length > 0) gone.set(role, new Set([...(gone.get(role) ?? []), ...kept]));
  }
  return [...gone].map((row) => [row[0], ...row[1]].join('; ')).toSorted();
}

function splitRow(row: string): [string, readonly string[]] {
  const [role = '', ...rules] = row.split('; ');
  return [role, rules];
}

function renderConstant(name: string, rows: readonly string[]): string {
  const lines = rows.map((row) => `  ${row.includes("'") ? JSON.stringify(row) : `'${row}'`},\n`);
  return `export const ${name}: readonly string[] = [\n${lines.join('')}];\n`;
}

const [, script = '', kubeconfig] = process.argv;
if (script.endsWith('rbac-defaults.ts')) {
  const api = createKubeApi(await loadKubeconfigAccess({ path: kubeconfig ?? '' }));
  await writeFile(new URL('../src/rbac/defaults/rows.ts', import.meta.url), await renderDefaults(api));
  await api.close();
}
