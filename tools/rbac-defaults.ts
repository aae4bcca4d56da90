/**
 * Writes the roles and bindings that an API server makes by itself: `node tools/rbac-defaults.ts KUBECONFIG`, on a new cluster
 * of the newest version with `--feature-gates=AllBeta=true --runtime-config=api/beta=true`, which has some more than others.
 */
import { writeFile } from 'node:fs/promises';
import { createKubeApi, type KubeApi } from '../src/kube/api.ts';
import { loadKubeconfigAccess } from '../src/kube/kubeconfig.ts';
import { formatRef, formatRule } from '../src/rbac/defaults/format.ts';
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
  return `${HEAD}${roleText}${renderConstant('DEFAULT_ROLES', ofRoles)}${bindingText}${renderConstant('DEFAULT_BINDINGS', ofBindings)}`;
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
