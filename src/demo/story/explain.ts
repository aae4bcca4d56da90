import { findNearestStatement } from '../../trust/nearest-statement.ts';
import type { TrustVerdict } from '../../trust/verdict.ts';
import { judgeAssumeRole } from '../../web-identity/sts/judge.ts';
import type { StsFacts } from '../../web-identity/sts/verdict.ts';
import type { HiddenReason } from '../report.ts';

/** What a pod asks STS for. */
export interface RoleQuestion {
  readonly roleArn: string | undefined;
  readonly token: string;
}

/**
 * Why STS does not hand out a role, by the judge that the local STS has, too.
 * @returns undefined where it does
 */
export async function explainRefusal(
  question: RoleQuestion,
  facts: StsFacts,
): Promise<HiddenReason | undefined> {
  const verdict = await judgeAssumeRole(
    {
      roleArn: question.roleArn,
      roleSessionName: 'demo',
      webIdentityToken: question.token,
      durationSeconds: undefined,
      secureTransport: 'unknown',
      sourceIp: 'unknown',
    },
    facts,
  );
  if (verdict.kind === 'granted') return undefined;
  const { reason, trust } = verdict;
  return { reason, remedies: trust === undefined ? [] : listRemedies(trust) };
}

/** Of the statement that comes nearest: what to write instead. */
function listRemedies({ statements }: TrustVerdict): string[] {
  const nearest = findNearestStatement(statements);
  return (nearest?.conditions ?? []).flatMap(({ nearMiss }) => nearMiss?.remedy ?? []);
}
