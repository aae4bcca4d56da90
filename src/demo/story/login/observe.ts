import { REASONS } from '../../../authenticator/reasons.ts';
import type { Clock } from '../../../base/clock.ts';
import type { ClusterUser, LoginReport } from '../../report.ts';
import type { LoginLine } from '../../servers.ts';
import type { Entrance } from './authenticator.ts';
import type { ExpectedLogin, LoginCase } from './cases.ts';

/** What the API server made of a token. */
export interface LoginOutcome {
  /** undefined: nobody */
  readonly user: ClusterUser | undefined;
  /** Why it came to nothing that could be judged, one sentence each. */
  readonly problems: readonly string[];
}

/** Somebody logs in: what came of it, beside what the authenticator's log and STS say of it, which do not know each other. */
export async function observeLogin(
  shown: LoginCase,
  { authenticator, sts, clock }: Entrance & { readonly clock: Clock },
  logIn: () => Promise<LoginOutcome>,
): Promise<LoginReport> {
  const [before, asked] = [authenticator.logins().length, sts.answers.length];
  const { user, problems } = await logIn();
  const line = problems.length > 0 ? undefined : await awaitLine(() => authenticator.logins()[before], clock);
  const answer = sts.answers[asked];
  const reason = line?.reason ?? '';
  const facts = { reason, ...(user && { user }), ...(answer !== undefined && { sts: answer }) };
  return {
    ...facts,
    meaning: findMeaning(reason),
    explanation: shown.explanation,
    remedies: shown.remedies,
    problems: problems.length > 0 ? problems : checkLogin({ ...facts, line }, shown.expected),
  };
}

/** ms; the line is written once the answer is on its way. */
const PATIENCE = 5_000;
const LOOK_INTERVAL = 5;

async function awaitLine(find: () => LoginLine | undefined, clock: Clock): Promise<LoginLine | undefined> {
  const deadline = clock.now() + PATIENCE;
  for (;;) {
    const line = find();
    if (line !== undefined || clock.now() > deadline) return line;
    await clock.delay(LOOK_INTERVAL, new AbortController().signal);
  }
}

function findMeaning(reason: string): string {
  return Object.entries(REASONS).find(([code]) => code === reason)?.[1].meaning ?? '';
}

type LoginFacts = Pick<LoginReport, 'reason' | 'user' | 'sts'> & { readonly line: LoginLine | undefined };

/** @returns sentences; none: all is well */
function checkLogin({ reason, user, sts, line }: LoginFacts, expected: ExpectedLogin): string[] {
  const pairs = [
    ['the user', renderUser(user), renderUser(expected.user)],
    ['the reason', reason || 'none', expected.reason],
    ["STS's answer", sts ?? 'none', expected.sts ?? 'none'],
    ["the user in the authenticator's log", line?.username ?? 'nobody', expected.user?.username ?? 'nobody'],
  ] as const;
  return pairs.flatMap(([what, is, should]) =>
    is === should ? [] : [`${what} is ${is}, and should be ${should}`],
  );
}

function renderUser(user: ClusterUser | undefined): string {
  return user === undefined ? 'nobody' : `${user.username} with groups ${user.groups.join(', ') || 'none'}`;
}
