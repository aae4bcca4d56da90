import type { SubjectSource } from '../../access/subject-source.ts';
import type { Caveat } from '../../rbac/caveats.ts';
import type { Question } from '../../rbac/question.ts';
import type { Doer } from '../../rbac/who-can.ts';

/** A subject, and with `--people` who that is. */
export interface Person extends Doer {
  readonly people?: readonly SubjectSource[];
}

export interface WhoCanReport {
  readonly question: Question;
  readonly subjects: readonly Person[];
  readonly caveats: readonly Caveat[];
  readonly source: string;
}
