import type { Folder } from '../../../local-cluster/cleanup.ts';
import { readTokenWebhook, reviewToken } from '../../api-server/token-review.ts';
import type { StepResult } from '../../report.ts';
import type { StoryDeps } from '../../run.ts';
import type { Entrance } from './authenticator.ts';
import type { LoginCase } from './cases.ts';
import { getToken, signToken, type TokenMade } from './get-token.ts';
import { type LoginOutcome, observeLogin } from './observe.ts';

/** Where people log in without an API server. */
export interface StandInEntrance extends Entrance, Pick<StoryDeps, 'program' | 'clock' | 'cleanup'> {
  readonly folder: Folder;
}

/** Somebody logs in: their token goes to the authenticator as kube-apiserver sends it. */
export async function showLogin(shown: LoginCase, scene: StandInEntrance): Promise<StepResult> {
  const login = await observeLogin(shown, scene, async () => logIn(shown, scene));
  return { login, commands: shown.byHand.map((command) => ({ command })) };
}

async function logIn(shown: LoginCase, scene: StandInEntrance): Promise<LoginOutcome> {
  const made = await makeToken(shown, scene);
  if (made.kind === 'none') return { user: undefined, problems: [made.problem] };
  const webhook = await readTokenWebhook(scene.authenticator.webhookKubeconfig);
  const answer = await reviewToken(webhook, made.token);
  if (answer.kind === 'invalid') return { user: undefined, problems: [answer.problem] };
  return { user: answer.user, problems: [] };
}

async function makeToken({ signer, age }: LoginCase, scene: StandInEntrance): Promise<TokenMade> {
  const keys = scene.sts.signers[signer];
  return age === undefined
    ? await getToken(keys, scene.folder, scene)
    : { kind: 'token', token: signToken(keys, scene.clock.now() - age) };
}
