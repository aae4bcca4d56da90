import type { JudgementLine } from '../../../demo/servers.ts';
import type { Log } from '../../../http/log.ts';

/** A log that keeps what the webhook decided, and the last thing that went wrong, instead of writing lines. */
export interface MemoryLog extends Log {
  judgements(): readonly JudgementLine[];
  lastProblem(): string | undefined;
}

export function createMemoryLog(): MemoryLog {
  const judgements: JudgementLine[] = [];
  let problem: string | undefined;
  const keepProblem = (fields: object, message: string): void => {
    problem = `${message} ${JSON.stringify(fields)}`;
  };
  return {
    // From this level on the webhook logs every decision.
    verbosity: 3,
    info(fields) {
      const line = readJudgement(fields);
      if (line !== undefined) judgements.push(line);
    },
    warn: keepProblem,
    error: keepProblem,
    judgements: () => judgements,
    lastProblem: () => problem,
  };
}

/** undefined where the line is about something else than a pod of ours. */
function readJudgement(fields: object): JudgementLine | undefined {
  const { reason, namespace, serviceAccount, owner, dryRun, operations } = fields as Partial<JudgementLine>;
  if (typeof reason !== 'string' || typeof namespace !== 'string') return undefined;
  return {
    reason,
    namespace,
    serviceAccount: String(serviceAccount),
    owner: String(owner),
    dryRun: dryRun === true,
    operations: Number(operations),
  };
}
