import { type QuestionReading, readQuestion } from '../../access/question.ts';
import type { Identity } from '../../rbac/identity.ts';
import type { AccessFacts } from '../access/facts.ts';
import { findPerson } from '../access/find-person.ts';
import { checkSource, type Place, readPlace, readWho, type Who } from '../access/request.ts';
import { withFacts } from '../access/session.ts';
import { complain } from '../diagnostics.ts';
import type { ExitCode, Surroundings } from '../surroundings.ts';
import { runBatch } from './batch.ts';
import { runList } from './list.ts';
import type { CanOptions, CanRequest } from './options.ts';
import { tellNobody, tellVerdict } from './tell.ts';
import { judge } from './verdict.ts';

/** `iam-bridge can`: 0 yes, 1 no, 2 usage, 3 the cluster could not be asked. */
export async function runCan(request: CanRequest, surroundings: Surroundings): Promise<ExitCode> {
  const { verb = '', what = '', options } = request;
  const problems: string[] = [];
  checkSource(options, problems);
  const who = readWho(options, problems);
  const place = readPlace(options, problems);
  checkForm(request, problems);
  if (who?.kind === 'self' && options.snapshot !== undefined && options.batch === undefined)
    problems.push('a snapshot does not know who you are: give --as, --as-group, --sa or --arn');
  const run = { command: 'can', problems, options, wanted: { place, mappings: who?.kind === 'principal' } };
  return await withFacts(run, surroundings, async (facts) => {
    // Its reader has told what is wrong.
    if (who === undefined) return 2;
    if (options.batch !== undefined)
      return await runBatch({ path: options.batch, who, options }, facts, surroundings);
    if (options.list) return await runList({ who, place, options }, facts, surroundings);
    return await askOne({ who, place, verb, what, options }, facts, surroundings);
  });
}

function checkForm({ verb, what, options }: CanRequest, problems: string[]): void {
  if (options.batch !== undefined) checkBatch(verb, options, problems);
  else checkSingle({ verb, what, options }, problems);
}

function checkBatch(verb: string | undefined, options: CanOptions, problems: string[]): void {
  const { batch, list, suggest, quiet, snapshot, verify, output } = options;
  const { namespace, allNamespaces, subresource, name } = options;
  if (list || suggest || quiet)
    problems.push('--batch answers with yes or no, a line each: leave --list, --suggest and -q out');
  if (verb !== undefined) problems.push('--batch has its questions in a file: leave the verb out');
  if ([namespace, allNamespaces, subresource, name].some((each) => each !== undefined))
    problems.push('--batch takes its lines to the letter: say in them where, instead of -n, -A or the like');
  if (batch === '-' && snapshot === '-')
    problems.push('standard input is read once: give --batch or --snapshot a file');
  if (verify && snapshot !== undefined) problems.push('--verify asks a cluster: leave --snapshot out');
  if (output !== undefined) problems.push('--batch answers in JSON, a line each: leave -o out');
}

function checkSingle({ verb, what, options }: CanRequest, problems: string[]): void {
  const { list, suggest, verify, quiet, output, subresource, name } = options;
  if (verify) problems.push('--verify is for --batch: of a single question the API server is asked anyway');
  const isAboutOne = verb !== undefined || subresource !== undefined || name !== undefined;
  if (list && (isAboutOne || suggest || quiet))
    problems.push(
      '--list asks about no single thing: leave verb, --subresource, --name, --suggest and -q out',
    );
  if (suggest && quiet) problems.push('-q says nothing, so --suggest neither: leave one of them out');
  if (!list && (verb === undefined || what === undefined))
    problems.push('the question is missing: give VERB RESOURCE, such as list pods, or --batch FILE');
  if (quiet && output !== undefined)
    problems.push('-q and -o contradict each other: keep the one that is meant');
}

interface SingleQuestion {
  readonly who: Who;
  readonly place: Place;
  readonly verb: string;
  readonly what: string;
  readonly options: CanOptions;
}

async function askOne(
  asked: SingleQuestion,
  facts: AccessFacts,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const reading = readWords(asked, facts);
  if (reading.kind === 'problem') return complain('can', [reading.problem], surroundings.terminal, 2);
  const found = await findPerson(asked.who, facts);
  const scene = { reading, facts, options: asked.options };
  if (found.kind === 'nobody') return await tellNobody({ ...scene, found }, surroundings);
  const isKnown = found.kind === 'person';
  const verdict = await judge(
    {
      identity: isKnown ? found.person.identity : NOT_TOLD,
      isSelf: asked.who.kind === 'self',
      isPrincipal: asked.who.kind === 'principal',
      principal: isKnown ? found.principal : undefined,
      question: reading.question,
    },
    isKnown ? facts : { ...facts, missing: [...facts.missing, WHO_AM_I] },
  );
  return await tellVerdict({ ...scene, found, verdict }, surroundings);
}

/** RBAC cannot be asked about somebody whom the server does not name. */
const NOT_TOLD: Identity = { groups: [] };
const WHO_AM_I = 'create selfsubjectreviews.authentication.k8s.io (Kubernetes 1.28)';

function readWords(
  { place, verb, what, options }: SingleQuestion,
  { catalogue, namespace: usual }: AccessFacts,
): QuestionReading {
  const namespace =
    place.kind === 'namespace' ? place.namespace : place.kind === 'default' ? usual : undefined;
  const { subresource, name } = options;
  const namespaceIsGiven = place.kind === 'namespace';
  return readQuestion({ verb, what, subresource, name, namespace, namespaceIsGiven }, catalogue);
}
