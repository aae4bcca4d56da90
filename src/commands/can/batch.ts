import { listOpenNames } from '../../access/open-names.ts';
import { ConfigurationError, describeError } from '../../base/errors.ts';
import { readTextFile } from '../../base/text-file.ts';
import { type Caveat, caveatOf } from '../../rbac/caveats.ts';
import { type Decision, decide } from '../../rbac/decide.ts';
import type { Identity } from '../../rbac/identity.ts';
import { type AccessFacts, findEvidenceCaveats, withoutGuesses } from '../access/facts.ts';
import { findPerson } from '../access/find-person.ts';
import { isUnknown, toMissing } from '../access/missing.ts';
import type { Who } from '../access/request.ts';
import { note } from '../diagnostics.ts';
import type { ExitCode, Surroundings, Terminal } from '../surroundings.ts';
import { type BatchLine, readBatchLine } from './batch-line.ts';
import type { CanOptions } from './options.ts';
import { askServer, compareAnswers } from './verify.ts';

export interface BatchRequest {
  readonly path: string;
  /** Of lines that name nobody. */
  readonly who: Who;
  readonly options: CanOptions;
}

/** bytes */
const MOST_BYTES = 100_000_000;
/** As many questions are decided, or asked at the same time, before their answers are written. */
const STEP = { offline: 4_096, verified: 16 };

/** Answers a line each, in order: 0, or 2 where a line is no question. */
export async function runBatch(
  { path, who, options }: BatchRequest,
  facts: AccessFacts,
  { input, terminal }: Surroundings,
): Promise<ExitCode> {
  const text = await readTextFile(path, MOST_BYTES, input).catch((cause: unknown) => {
    throw new ConfigurationError(`--batch: ${describeError(cause)}`, { cause });
  });
  const usual = createUsual(who, facts, terminal);
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const step = options.verify ? STEP.verified : STEP.offline;
  let hasErrors = false;
  for (let start = 0; start < lines.length; start += step) {
    const read = lines.slice(start, start + step).map(readBatchLine);
    const answers = await Promise.all(read.map((line) => answerLine(line, usual, facts, options)));
    hasErrors ||= answers.some((answer) => 'error' in answer);
    terminal.out(answers.map((answer) => `${JSON.stringify(answer)}\n`).join(''));
  }
  return hasErrors ? 2 : 0;
}

type BatchAnswer = { readonly id?: unknown } & (Decision | { readonly error: string });

/** Finds out whom the command line names only where a line needs it: a line may say who by itself. */
type Usual = () => Promise<UsualPerson | string>;

interface UsualPerson {
  /** undefined: the mappings make nobody of the principal, and nobody may nothing. */
  readonly identity: Identity | undefined;
  readonly caveats: readonly Caveat[];
}

function createUsual(who: Who, facts: AccessFacts, terminal: Terminal): Usual {
  let found: Promise<UsualPerson | string> | undefined;
  return () => {
    found ??= findUsual(who, facts, terminal);
    return found;
  };
}

async function findUsual(who: Who, facts: AccessFacts, terminal: Terminal): Promise<UsualPerson | string> {
  if (who.kind === 'self' && facts.kind === 'snapshot')
    return 'user is missing: say in the line, or by --as, --sa or --arn, whom it is about';
  const found = await findPerson(who, facts);
  const unseen = who.kind === 'principal' && facts.isEks ? [caveatOf('access-entries-unseen')] : [];
  if (found.kind === 'person') {
    const { identity } = found.person;
    return { identity, caveats: [...unseen, ...listOpenNames(facts.index, identity)] };
  }
  if (!isUnknown(found)) {
    // A line has no room for why.
    note('can', [toMissing(found)], terminal);
    return { identity: undefined, caveats: unseen };
  }
  return `user is missing, and ${toMissing(found)}`;
}

async function answerLine(
  line: BatchLine,
  usual: Usual,
  facts: AccessFacts,
  { verify = false }: CanOptions,
): Promise<BatchAnswer> {
  const id = line.id === undefined ? {} : { id: line.id };
  if (line.kind === 'error') return { ...id, error: line.error };
  const person = line.identity === undefined ? await usual() : { identity: line.identity, caveats: [] };
  if (typeof person === 'string') return { ...id, error: person };
  const { identity } = person;
  if (identity === undefined) return { ...id, allowed: false, because: [], caveats: person.caveats };
  const { question } = line;
  const decision = decide(facts.index, identity, question);
  const evidence = findEvidenceCaveats(facts, question);
  const caveats = [...person.caveats, ...evidence, ...withoutGuesses(decision.caveats, facts)];
  if (!verify || facts.api === undefined) return { ...id, ...decision, caveats };
  const server = await askServer(facts.api, identity, question, false);
  const others = compareAnswers(decision, server, evidence.length === 0);
  const allowed = server.kind === 'answer' ? server.allowed : decision.allowed;
  return { ...id, ...decision, allowed, caveats: [...others, ...caveats] };
}
