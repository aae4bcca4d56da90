import { findNearest } from '../base/edit-distance.ts';
import { quoteShort } from '../json/quote.ts';
import type { ApiResource } from '../kube/api-resource.ts';
import { type Caveat, caveatOf } from '../rbac/caveats.ts';
import type { Question, ResourceQuestion } from '../rbac/question.ts';
import type { Catalogue } from './resources/catalogue.ts';
import { findKnownVerbs, isSubresource } from './resources/virtual.ts';

/** A question as people ask it. */
export interface QuestionWords {
  readonly verb: string;
  /** `pods`, `deployments.apps/web`, `pods/log/web`, `/healthz`. */
  readonly what: string;
  /** Those of flags decide. */
  readonly subresource?: string | undefined;
  readonly name?: string | undefined;
  /** Undefined: cluster-wide. */
  readonly namespace?: string | undefined;
  /** Whether somebody asked for that namespace, or it is only where one is by default. */
  readonly namespaceIsGiven?: boolean;
}

export type QuestionReading =
  | {
      readonly kind: 'question';
      readonly question: Question;
      readonly caveats: readonly Caveat[];
      /** undefined: a path, or a resource that nobody knows */
      readonly resource: ApiResource | undefined;
    }
  /** One sentence with what to write instead. */
  | { readonly kind: 'problem'; readonly problem: string };

/** What a request of these words would be to the authorizers. What is not known is taken to the letter, with a caveat. */
export function readQuestion(words: QuestionWords, catalogue: Catalogue): QuestionReading {
  const { verb, what } = words;
  if (verb === '') return refuse('the verb is empty: give one such as get');
  if (!what.startsWith('/')) return readResourceQuestion(words, catalogue);
  if (words.subresource !== undefined || words.name !== undefined)
    return refuse('a path has no name and no subresource: leave --name and --subresource out');
  const caveats = checkVerb(verb, true);
  return { kind: 'question', question: { verb, path: what }, caveats, resource: undefined };
}

function readResourceQuestion(words: QuestionWords, catalogue: Catalogue): QuestionReading {
  const [type = '', ...rest] = words.what.split('/');
  if (type === '') return refuse('the resource is empty: give one such as pods');
  if (rest.length > 2 || rest.includes(''))
    return refuse(
      `${quoteShort(words.what)} is none of RESOURCE, RESOURCE/NAME and RESOURCE/SUBRESOURCE/NAME`,
    );
  const { resource, group, known } = readType(type, catalogue);
  const { subresource, name } = readRest(words, rest, known);
  const place = placeQuestion(words, { known, name });
  const question: ResourceQuestion = {
    verb: words.verb,
    group,
    resource,
    ...(subresource !== '' && { subresource }),
    ...(name !== '' && { name }),
    ...(place.namespace !== '' && { namespace: place.namespace }),
  };
  const caveats = [
    ...(known === undefined && resource !== '*' ? [describeUnknown(type, catalogue)] : []),
    ...checkVerb(words.verb, false),
    ...place.caveats,
  ];
  return { kind: 'question', question, caveats, resource: known };
}

interface TypeReading {
  readonly resource: string;
  readonly group: string;
  readonly known: ApiResource | undefined;
}

/** `RESOURCE.GROUP`: a resource has no dot. */
function readType(type: string, catalogue: Catalogue): TypeReading {
  const dot = type.indexOf('.');
  const [name, group] = dot === -1 ? [type, undefined] : [type.slice(0, dot), type.slice(dot + 1)];
  const known = catalogue.find(name, group);
  return known === undefined
    ? { resource: name, group: group ?? '', known }
    : { resource: known.resource, group: known.group, known };
}

interface RestReading {
  readonly subresource: string;
  readonly name: string;
}

/** A subresource that is known wins over a name, on either side of it; flags win over both. */
function readRest(
  words: QuestionWords,
  [first, second]: readonly string[],
  known: ApiResource | undefined,
): RestReading {
  const isKnown = (text: string | undefined): boolean =>
    known !== undefined && text !== undefined && isSubresource(known, text);
  const isSwapped = second !== undefined && !isKnown(first) && isKnown(second);
  const isOne = second === undefined && (words.subresource !== undefined || !isKnown(first));
  const [subresource, name] = isSwapped ? [second, first] : isOne ? [undefined, first] : [first, second];
  return {
    subresource: words.subresource ?? subresource ?? '',
    name: words.name ?? name ?? '',
  };
}

/** The namespace that the request would have, '' where it is cluster-wide. */
function placeQuestion(
  { namespace = '', namespaceIsGiven = false, verb }: QuestionWords,
  { known, name }: { readonly known: ApiResource | undefined; readonly name: string },
): { readonly namespace: string; readonly caveats: readonly Caveat[] } {
  if (known === undefined || known.namespaced) return { namespace, caveats: [] };
  // GET /api/v1/namespaces/team-a is a request in team-a, so that a RoleBinding there counts; its creation is not.
  const isNamespace = known.group === '' && known.resource === 'namespaces';
  const own = isNamespace && name !== '' && verb !== 'create' ? name : '';
  if (!namespaceIsGiven || namespace === '' || namespace === own) return { namespace: own, caveats: [] };
  const message = `${known.resource} belong to no namespace, so ${quoteShort(namespace)} counts for nothing`;
  return { namespace: own, caveats: [caveatOf('namespace-dropped', message)] };
}

function describeUnknown(type: string, catalogue: Catalogue): Caveat {
  const nearest = catalogue.findNearest(type.split('.')[0] ?? '');
  const whose =
    catalogue.source === 'discovery'
      ? 'the API server has'
      : 'Kubernetes itself has (no discovery was at hand)';
  const hint = nearest === undefined ? 'kubectl api-resources lists them' : `did you mean ${nearest}?`;
  return caveatOf('unknown-resource', `${quoteShort(type)} is no resource that ${whose}: ${hint}`);
}

/** A caveat where no request and no right has such a verb. */
export function checkVerb(verb: string, isPath: boolean): readonly Caveat[] {
  const known = findKnownVerbs(verb, isPath);
  if (known === undefined) return [];
  const nearest = findNearest(verb, known);
  const hint =
    nearest === undefined
      ? `there are ${known.filter((each) => each !== '*').join(', ')}`
      : `did you mean ${nearest}?`;
  return [
    caveatOf('unknown-verb', `${quoteShort(verb)} is no verb of ${isPath ? 'paths' : 'resources'}: ${hint}`),
  ];
}

function refuse(problem: string): QuestionReading {
  return { kind: 'problem', problem };
}
