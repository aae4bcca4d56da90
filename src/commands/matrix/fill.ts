import { answer } from '../../access/answer.ts';
import type { MatrixRow } from '../../access/matrix.ts';
import type { KubeApi } from '../../kube/api.ts';
import { type Caveat, caveatOf } from '../../rbac/caveats.ts';
import type { Identity } from '../../rbac/identity.ts';
import type { ResourceQuestion } from '../../rbac/question.ts';
import { type AccessFacts, findEvidenceCaveats } from '../access/facts.ts';
import { nameQuestion } from '../access/words.ts';
import { askServer, describeUnasked } from '../can/verify.ts';
import type { Cell, TableRow } from './table.ts';

/** As many questions are asked at the same time. */
const STEP = 16;
/** As many differences are told one by one. */
const MOST_TOLD = 5;

export interface Asked {
  /** undefined: the server does not say who the caller is; it answers all the same. */
  readonly identity: Identity | undefined;
  readonly isSelf: boolean;
}

export interface Filled {
  readonly rows: readonly TableRow[];
  readonly caveats: readonly Caveat[];
}

/** Answers every question of a table as `can` does: RBAC, and where there is a server, its word. */
export async function fillTable(
  rows: readonly MatrixRow[],
  asked: Asked,
  facts: AccessFacts,
): Promise<Filled> {
  const questions = rows.flatMap((row) => row.questions.filter((each) => each !== undefined));
  const judged = new Map(questions.map((question) => [question, judge(question, asked, facts)]));
  const isOpen = [...judged.values()].some(({ isNamed }) => isNamed);
  const server = await askAll(facts.api, questions, asked);
  const caveats = [
    ...compare(judged, server),
    ...findMissing(questions, facts),
    ...(isOpen ? [caveatOf('open-session')] : []),
    ...(server.why === undefined ? [] : [describeUnasked(server.why)]),
  ];
  const toCell = (question: ResourceQuestion | undefined): Cell =>
    question === undefined ? 'n/a' : (server.cells.get(question) ?? judged.get(question)?.cell ?? 'unknown');
  return {
    rows: rows.map(({ questions: own, ...row }) => ({ ...row, cells: own.map(toCell) })),
    caveats,
  };
}

interface Judged {
  readonly cell: Cell;
  /** For some sessions it is yes. */
  readonly isNamed: boolean;
}

/** What RBAC says, as far as it is known. */
function judge(question: ResourceQuestion, { identity }: Asked, facts: AccessFacts): Judged {
  if (identity === undefined) return { cell: 'unknown', isNamed: false };
  const { allowed, named } = answer(facts.index, identity, question);
  const isNamed = named.length > 0;
  if (allowed) return { cell: 'yes', isNamed };
  return { cell: isNamed || !isWhole(question, facts) ? 'unknown' : 'no', isNamed };
}

/** Else a role or binding that may not be read can allow what is not known to be allowed. */
function isWhole(question: ResourceQuestion, facts: AccessFacts): boolean {
  return findEvidenceCaveats(facts, question).length === 0;
}

interface ServerCells {
  readonly cells: ReadonlyMap<ResourceQuestion, Cell>;
  /** Why it was not asked. */
  readonly why?: string;
}

async function askAll(
  api: Pick<KubeApi, 'send'> | undefined,
  questions: readonly ResourceQuestion[],
  { identity = { groups: [] }, isSelf }: Asked,
): Promise<ServerCells> {
  const cells = new Map<ResourceQuestion, Cell>();
  if (api === undefined) return { cells };
  const ask = async (question: ResourceQuestion): Promise<string | undefined> => {
    const said = await askServer(api, identity, question, isSelf);
    if (said.kind === 'unasked') return said.why;
    cells.set(question, said.allowed ? 'yes' : 'no');
    return undefined;
  };
  // One that is refused is the answer to all others, so the first is asked alone.
  for (let start = 0, step = 1; start < questions.length; start += step, step = STEP) {
    const whys = await Promise.all(questions.slice(start, start + step).map(ask));
    const why = whys.find((each) => each !== undefined);
    if (why !== undefined) return { cells, why };
  }
  return { cells };
}

/** Where the server decides otherwise than RBAC, another authorizer has decided. */
function compare(judged: ReadonlyMap<ResourceQuestion, Judged>, { cells }: ServerCells): readonly Caveat[] {
  const others = [...cells].filter(([question, said]) => {
    const own = judged.get(question)?.cell;
    return own !== 'unknown' && own !== said;
  });
  if (others.length === 0) return [];
  const told = others
    .slice(0, MOST_TOLD)
    .map(([question, said]) => `it ${said === 'yes' ? 'allows' : 'denies'} ${nameQuestion(question)}`);
  const more = others.length > MOST_TOLD ? `, and ${others.length - MOST_TOLD} more` : '';
  return [
    caveatOf('other-authorizer', `the API server answers otherwise than RBAC: ${told.join(', ')}${more}`),
  ];
}

/** The rights that are missing, once. */
function findMissing(questions: readonly ResourceQuestion[], facts: AccessFacts): readonly Caveat[] {
  const caveats = questions.flatMap((question) => findEvidenceCaveats(facts, question));
  return [...new Map(caveats.map((caveat) => [caveat.message, caveat])).values()];
}
