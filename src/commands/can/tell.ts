import { hasHole } from '../../access/holes.ts';
import type { QuestionReading } from '../../access/question.ts';
import { caveatOf } from '../../rbac/caveats.ts';
import { type Suggestion, suggestGrant } from '../../rbac/suggest.ts';
import { createPaint, type Paint } from '../../terminal/paint.ts';
import { showText } from '../../terminal/show.ts';
import { toIdentityData, toMappingData, toPrincipalData } from '../access/data.ts';
import type { AccessFacts } from '../access/facts.ts';
import type { FoundPerson } from '../access/find-person.ts';
import { complainMissing, isUnknown } from '../access/missing.ts';
import { printData, toYaml } from '../access/print.ts';
import { renderCaveats, renderFacts, renderMapping } from '../access/render.ts';
import { nameGrant, nameIdentity, nameQuestion } from '../access/words.ts';
import { complain } from '../diagnostics.ts';
import type { ExitCode, Surroundings } from '../surroundings.ts';
import type { CanOptions } from './options.ts';
import { toNamedData, type Verdict } from './verdict.ts';

interface Scene {
  readonly reading: QuestionReading & { readonly kind: 'question' };
  readonly facts: AccessFacts;
  readonly options: CanOptions;
}

export interface VerdictScene extends Scene {
  readonly found: Exclude<FoundPerson, { readonly kind: 'nobody' }>;
  readonly verdict: Verdict;
}

export interface NobodyScene extends Scene {
  readonly found: FoundPerson & { readonly kind: 'nobody' };
}

/** Says yes or no, and why. */
export async function tellVerdict(
  scene: VerdictScene,
  { terminal, screen }: Surroundings,
): Promise<ExitCode> {
  const { verdict, options } = scene;
  const { allowed } = verdict;
  if (allowed === undefined) {
    const reasons = verdict.caveats.filter(({ code }) => code === 'no-evidence');
    const why = verdict.server?.kind === 'unasked' ? [verdict.server.why] : [];
    const line = ['this cannot be answered', ...reasons.map(({ message }) => message), ...why].join('; ');
    return complain('can', [line], terminal, 3);
  }
  if (options.output !== undefined) await printData(toData(scene), options.output, terminal);
  else if (!options.quiet) {
    terminal.out(renderVerdict(scene, createPaint(screen)));
    if (options.suggest && !allowed) terminal.out(await renderSuggestion(scene));
  }
  return allowed ? 0 : 1;
}

function suggest({ facts, found, reading, verdict }: VerdictScene): Suggestion {
  if (verdict.allowed) return { kind: 'none', reason: 'it is allowed already' };
  if (found.kind !== 'person') return { kind: 'none', reason: 'nobody knows who you are' };
  const { identity } = found.person;
  if ([identity.user ?? '', ...identity.groups].some(hasHole))
    return { kind: 'none', reason: 'the name of the session is open: give --session' };
  return suggestGrant(facts.index, identity, reading.question);
}

/** Manifests behind what was said, or why there are none. */
async function renderSuggestion(scene: VerdictScene): Promise<string> {
  const suggestion = suggest(scene);
  if (suggestion.kind === 'none') return `\n# nothing is suggested: ${suggestion.reason}\n`;
  const [role, binding] = [await toYaml(suggestion.role), await toYaml(suggestion.binding)];
  return `\n# the least that allows it, and nothing else:\n${role}---\n${binding}`;
}

function toData(scene: VerdictScene): object {
  const { reading, facts, found, verdict, options } = scene;
  const { allowed, because, caveats, named, near, server } = verdict;
  const person = found.kind === 'person' ? found : undefined;
  return {
    allowed,
    because,
    caveats: [...reading.caveats, ...caveats],
    ...(named.length > 0 && { sessions: named.map(toNamedData) }),
    ...(allowed === false && { near }),
    ...(options.suggest && { suggestion: suggest(scene) }),
    ...(server?.kind === 'answer' && { server: { allowed: server.allowed, reason: server.reason } }),
    question: { ...reading.question, ...(person && toIdentityData(person.person.identity)) },
    ...(person?.principal && { principal: toPrincipalData(person.principal) }),
    ...(person?.resolution && { mapping: toMappingData(person.resolution) }),
    source: facts.source,
  };
}

function renderVerdict({ reading, facts, found, verdict }: VerdictScene, paint: Paint): string {
  const { allowed, because, caveats, named, near, server } = verdict;
  const person = found.kind === 'person' ? found : undefined;
  return toText([
    paint(allowed ? 'good' : 'bad', allowed ? 'yes' : 'no'),
    ...because.map((grant) => `  ${paint('good', '←')} ${showText(nameGrant(grant))}`),
    ...named.map(({ session, identity }) => {
      const whom = session === undefined ? nameIdentity(identity) : `sessions named ${session}`;
      return `  ${paint('warning', 'yes')} for ${showText(whom)}`;
    }),
    ...near.map(
      ({ message, ...grant }) =>
        `  ${paint('warning', '~')} ${showText(message)}: ${showText(nameGrant(grant))}`,
    ),
    ...renderFacts(
      [
        ['question', nameQuestion(reading.question)],
        ['who', person === undefined ? 'you' : nameIdentity(person.person.identity)],
        ['source', facts.source],
        ...(server?.kind === 'answer' && server.reason !== '' ? [['server', server.reason] as const] : []),
      ],
      paint,
    ),
    ...(person?.resolution ? renderMapping(toMappingData(person.resolution), paint) : []),
    ...renderCaveats([...reading.caveats, ...caveats], paint),
  ]);
}

/** Nobody may nothing; but where the mappings could not be read, nobody knows. */
export async function tellNobody(
  { reading, facts, options, found }: NobodyScene,
  { terminal, screen }: Surroundings,
): Promise<ExitCode> {
  const { principal, resolution } = found;
  if (isUnknown(found)) return complainMissing('can', found, terminal);
  const { question } = reading;
  const caveats = [...reading.caveats, ...(facts.isEks ? [caveatOf('access-entries-unseen')] : [])];
  const mapping = toMappingData(resolution);
  if (options.output !== undefined) {
    const known = { principal: toPrincipalData(principal), mapping, source: facts.source };
    await printData({ allowed: false, because: [], caveats, question, ...known }, options.output, terminal);
  } else if (!options.quiet) {
    const paint = createPaint(screen);
    const rows = [
      ['question', nameQuestion(question)],
      ['source', facts.source],
    ] as const;
    terminal.out(
      toText([
        paint('bad', 'no'),
        ...renderFacts(rows, paint),
        ...renderMapping(mapping, paint),
        ...renderCaveats(caveats, paint),
      ]),
    );
  }
  return 1;
}

function toText(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}
