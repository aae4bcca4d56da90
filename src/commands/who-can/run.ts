import { readQuestion } from '../../access/question.ts';
import { createTracer } from '../../access/trace.ts';
import { type Caveat, caveatOf } from '../../rbac/caveats.ts';
import { isPathQuestion, type Question } from '../../rbac/question.ts';
import { type Doer, whoCan } from '../../rbac/who-can.ts';
import { createPaint } from '../../terminal/paint.ts';
import { type AccessFacts, findEvidenceCaveats } from '../access/facts.ts';
import type { NamespaceOptions, SourceOptions } from '../access/options.ts';
import { printData } from '../access/print.ts';
import { checkSource, readPlace } from '../access/request.ts';
import { withFacts } from '../access/session.ts';
import { complain } from '../diagnostics.ts';
import type { ExitCode, Surroundings } from '../surroundings.ts';
import { renderWhoCan } from './render.ts';
import type { Person } from './report.ts';

export interface WhoCanOptions extends SourceOptions, NamespaceOptions {
  readonly subresource?: string;
  readonly name?: string;
  readonly people?: boolean;
}

export interface WhoCanRequest {
  readonly verb: string;
  readonly what: string;
  readonly options: WhoCanOptions;
}

/** `iam-bridge who-can`: 0 somebody, 1 nobody, 2 usage, 3 outside. */
export async function runWhoCan(request: WhoCanRequest, surroundings: Surroundings): Promise<ExitCode> {
  const { options } = request;
  const problems: string[] = [];
  checkSource(options, problems);
  const place = readPlace(options, problems);
  const people = options.people ?? false;
  const wanted = { place: { kind: 'all' }, mappings: people, accounts: people } as const;
  const run = { command: 'who-can', problems, options, wanted };
  return await withFacts(run, surroundings, async (facts) => {
    const namespace = place.kind === 'namespace' ? place.namespace : undefined;
    return await tell(request, namespace, facts, surroundings);
  });
}

async function tell(
  { verb, what, options }: WhoCanRequest,
  namespace: string | undefined,
  facts: AccessFacts,
  { terminal, screen }: Surroundings,
): Promise<ExitCode> {
  const { subresource, name, output } = options;
  const words = { verb, what, subresource, name, namespace, namespaceIsGiven: true };
  const reading = readQuestion(words, facts.catalogue);
  if (reading.kind === 'problem') return complain('who-can', [reading.problem], terminal, 2);
  const { question, resource } = reading;
  // What belongs to no namespace is nowhere given by a RoleBinding.
  const anywhere = resource?.namespaced !== false;
  const { subjects, caveats } = whoCan(facts.index, question, { anywhere });
  const report = {
    question,
    subjects: options.people ? await addPeople(subjects, facts) : subjects,
    caveats: [...reading.caveats, ...listCaveats(question, options, facts), ...caveats],
    source: facts.source,
  };
  if (output === undefined) terminal.out(renderWhoCan(report, createPaint(screen)));
  else await printData(report, output, terminal);
  if (subjects.length > 0) return 0;
  return report.caveats.some(({ code }) => code === 'no-evidence') ? 3 : 1;
}

async function addPeople(subjects: readonly Doer[], facts: AccessFacts): Promise<readonly Person[]> {
  const { mappings, index, isEks } = facts;
  const tracer = await createTracer({ mappings, accounts: index.objects.accounts, isEks });
  return subjects.map((doer) => ({ ...doer, people: tracer.trace(doer.subject) }));
}

function listCaveats(
  question: Question,
  { people = false }: WhoCanOptions,
  facts: AccessFacts,
): readonly Caveat[] {
  const isEverywhere = !isPathQuestion(question) && question.namespace === undefined;
  // Who may in some namespace takes the roles of all of them.
  const asked = isEverywhere ? { ...question, namespace: '*' } : question;
  return [
    ...(people && facts.isEks ? [caveatOf('access-entries-unseen')] : []),
    ...findEvidenceCaveats(facts, asked),
  ];
}
