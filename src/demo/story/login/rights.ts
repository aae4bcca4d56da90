import { stringify } from 'yaml';
import type { Folder } from '../../../local-cluster/cleanup.ts';
import type { RightsReport, ShellCommand, StepResult } from '../../report.ts';
import type { StoryDeps } from '../../run.ts';
import { runOwn } from '../run-own.ts';
import { MAPPED } from './authenticator.ts';
import { ALICE } from './people.ts';

export const RIGHTS = { id: 'rights', title: 'Who may do what' } as const;

/** What alice may, and what she may not: her group sees what runs, and changes nothing. */
const QUESTIONS = [
  { words: ['can', 'list', 'pods'], code: 0 },
  { words: ['can', 'delete', 'pods'], code: 1 },
] as const;

const GROUP = 'rbac.authorization.k8s.io';
const NAME = 'demo-viewers';

/** Roles and bindings as `kubectl get … -o yaml` has them: the same that the demo gives a real control plane. */
const RBAC = [
  {
    apiVersion: `${GROUP}/v1`,
    kind: 'ClusterRole',
    metadata: { name: NAME },
    rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] }],
  },
  {
    apiVersion: `${GROUP}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name: NAME },
    roleRef: { apiGroup: GROUP, kind: 'ClusterRole', name: NAME },
    subjects: [{ apiGroup: GROUP, kind: 'Group', name: MAPPED.groups[0] }],
  },
];

/** Where rights are asked for: without an API server its roles are in a file. */
export async function writeRbac(folder: Folder): Promise<readonly string[]> {
  await folder.write('rbac.yaml', RBAC.map((object) => stringify(object)).join('---\n'));
  return ['--snapshot', 'rbac.yaml'];
}

/**
 * Asks what the person who has logged in may do, by her ARN, and checks that against what her group was given.
 * @param source flags that say where RBAC is
 */
export async function showRights(
  source: readonly string[],
  folder: Folder,
  deps: Pick<StoryDeps, 'program' | 'clock' | 'cleanup'>,
): Promise<StepResult> {
  const asked = await Promise.all(
    QUESTIONS.map(async ({ words, code }) => {
      const line = [...words, '-n', 'demo', '--arn', ALICE, '--mapping', 'config.yaml', ...source];
      return { line, expected: code, ...(await runOwn(line, { folder, env: {} }, deps)) };
    }),
  );
  const commands: readonly ShellCommand[] = asked.map(({ line, stdout }) => ({
    command: ['iam-bridge', ...line].join(' '),
    output: stdout.trimEnd().split('\n'),
  }));
  const problems = asked.flatMap(({ line, code, expected, stderr }) =>
    code === expected
      ? []
      : [
          `iam-bridge ${line.slice(0, 3).join(' ')} ended with ${code ?? 'a signal'}: ${stderr.split('\n')[0]}`,
        ],
  );
  const rights: RightsReport = { problems };
  return {
    rights,
    commands,
    text: [
      'From the ARN to the rule: the mapping makes a user of it, the API server adds a group, and every binding that counts is told; where the answer is no, the nearest one.',
    ],
  };
}
