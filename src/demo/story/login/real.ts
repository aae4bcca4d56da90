import { toError } from '../../../base/errors.ts';
import { parseJson } from '../../../json/parse.ts';
import type { Kubectl } from '../../../local-cluster/control-plane/kubectl.ts';
import type { ControlPlane } from '../../../local-cluster/control-plane/start.ts';
import type { ClusterUser, ShellCommand, StepResult } from '../../report.ts';
import { type Entrance, MAPPED } from './authenticator.ts';
import type { LoginCase } from './cases.ts';
import { type KubeconfigFacts, renderKubeconfig, toKubeconfigUser } from './kubeconfig.ts';
import { observeLogin } from './observe.ts';

/** Where people log in to a real API server. */
export interface RealEntrance extends Entrance, KubeconfigFacts, Pick<ControlPlane, 'kubectlWith'> {}

/** Lets the group that the mapping gives see what runs, and change nothing. */
export async function allowViewers({ kubectl }: Pick<ControlPlane, 'kubectl'>): Promise<ShellCommand[]> {
  const name = 'demo-viewers';
  const [group] = MAPPED.groups;
  const lines = [
    ['create', 'clusterrole', name, '--verb=get,list,watch', '--resource=jobs,pods'],
    ['create', 'clusterrolebinding', name, `--clusterrole=${name}`, `--group=${group}`],
  ];
  for (const words of lines) await kubectl(...words);
  return lines.map((words) => ({ command: `kubectl ${words.join(' ')}` }));
}

/** Somebody logs in with kubectl, which runs `iam-bridge get-token` as its kubeconfig says. */
export async function showRealLogin(shown: LoginCase, scene: RealEntrance): Promise<StepResult> {
  const asked = createQuestions(shown, scene.kubectlWith(await writeKubeconfig(scene)));
  const login = await observeLogin(shown, scene, async () => {
    const { output, failed } = await asked.ask(...WHO_AM_I);
    if (!failed) return { user: readWhoAmI(output), problems: [] };
    return { user: undefined, problems: output.includes('Unauthorized') ? [] : [output] };
  });
  const problems = login.user === undefined ? [] : await checkRights(asked);
  return {
    login: { ...login, problems: [...login.problems, ...problems] },
    commands: asked.commands,
    text:
      shown.expected.user === undefined
        ? []
        : ['In people.yaml, kubectl is told to run iam-bridge get-token (users[].user.exec).'],
  };
}

const WHO_AM_I = ['auth', 'whoami', '-o', "jsonpath={.status.userInfo['username','groups']}"] as const;

async function writeKubeconfig(scene: RealEntrance): Promise<string> {
  return await scene.folder.write('people.yaml', renderKubeconfig(scene));
}

/** What kubectl was asked, and said. */
interface Questions {
  ask(...words: readonly string[]): Promise<{ readonly output: string; readonly failed: boolean }>;
  readonly commands: readonly ShellCommand[];
}

function createQuestions(shown: LoginCase, kubectl: Kubectl): Questions {
  const commands: ShellCommand[] = [];
  const user = `--user=${toKubeconfigUser(shown)}`;
  return {
    commands,
    async ask(...words) {
      const answer = await kubectl(...words, user).then(
        ({ stdout }) => ({ output: stdout.trimEnd(), failed: false }),
        (error: unknown) => ({
          output: toError(error).message.replace(/^kubectl \w+ failed: /, ''),
          failed: true,
        }),
      );
      const typed = words.map((word) => (/^[\w./=-]+$/.test(word) ? word : `"${word}"`));
      const command = ['kubectl --kubeconfig=people.yaml', user, ...typed].join(' ');
      commands.push({ command, output: answer.output.split('\n') });
      return answer;
    },
  };
}

/** `alice ["demo:viewers","system:authenticated"]`; the last one is the API server's own. */
function readWhoAmI(output: string): ClusterUser | undefined {
  const [, username, list = ''] = /^(\S*) (\[.*\])$/.exec(output) ?? [];
  const groups = parseJson(list);
  if (username === undefined || !Array.isArray(groups)) return undefined;
  return { username, groups: groups.map(String).filter((group) => group !== 'system:authenticated') };
}

/** What the group may do, and what it may not, is RBAC's to say. */
async function checkRights({ ask }: Questions): Promise<string[]> {
  const seen = await ask('get', 'jobs', '--namespace=demo');
  const deleted = await ask('delete', 'job', 's3-echoer', '--namespace=demo');
  return [
    ...(seen.failed ? [`the user may not see jobs: ${seen.output}`] : []),
    ...(deleted.output.includes('(Forbidden)') ? [] : [`the user may delete jobs: ${deleted.output}`]),
  ];
}
