import type { ApiResource } from '../kube/api-resource.ts';
import type { Caveat } from '../rbac/caveats.ts';
import { isPathQuestion, type ResourceQuestion } from '../rbac/question.ts';
import { compareTexts } from '../rbac/refs.ts';
import { checkVerb, readQuestion } from './question.ts';
import type { Catalogue } from './resources/catalogue.ts';

/** What a table of rights is about. */
export interface MatrixWords {
  /** As `can` takes them; undefined: all that there are. */
  readonly resources: readonly string[] | undefined;
  /** The columns. */
  readonly verbs: readonly string[];
  /** Subresources have rows, too, where no resources are named. */
  readonly subresources: boolean;
  /** Undefined: cluster-wide. */
  readonly namespace: string | undefined;
  /** Somebody asked for that namespace: what belongs to none has no row then, unless it is named. */
  readonly namespaceIsGiven: boolean;
}

/** A resource with a question for each column; undefined: the API has no such request. */
export interface MatrixRow {
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly name?: string;
  /** Absent: nobody knows the resource. */
  readonly namespaced?: boolean;
  readonly questions: readonly (ResourceQuestion | undefined)[];
}

export type MatrixPlan =
  | { readonly kind: 'plan'; readonly rows: readonly MatrixRow[]; readonly caveats: readonly Caveat[] }
  /** One sentence with what to write instead. */
  | { readonly kind: 'problem'; readonly problem: string };

/** The verbs of requests: which of them a resource takes, discovery tells. All others are only rights. */
export const REQUEST_VERBS = [
  ...['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'],
] as const;

/** Which questions a table asks; every one is the same as that of `can`. */
export function planMatrix(words: MatrixWords, catalogue: Catalogue): MatrixPlan {
  const { resources } = words;
  if (resources !== undefined) return planNamed(resources, words, catalogue);
  const wanted = catalogue.resources.filter(({ namespaced }) => namespaced || !words.namespaceIsGiven);
  const rows = wanted.flatMap((resource) => {
    const parts = words.subresources ? resource.subresources.map(({ name }) => name) : [];
    return [undefined, ...parts.toSorted(compareTexts)].map((part) => planRow(resource, part, words));
  });
  return { kind: 'plan', rows, caveats: words.verbs.flatMap((verb) => checkVerb(verb, false)) };
}

function planRow(
  resource: ApiResource,
  subresource: string | undefined,
  { verbs, namespace }: MatrixWords,
): MatrixRow {
  const target = {
    group: resource.group,
    resource: resource.resource,
    ...(subresource !== undefined && { subresource }),
  };
  const place = resource.namespaced && namespace !== undefined ? { namespace } : {};
  const questions = verbs.map((verb) =>
    isServed(resource, subresource, verb) ? { verb, ...target, ...place } : undefined,
  );
  return { ...target, namespaced: resource.namespaced, questions };
}

function isServed(resource: ApiResource, subresource: string | undefined, verb: string): boolean {
  if (!REQUEST_VERBS.some((each) => each === verb)) return true;
  if (subresource === undefined) return resource.verbs.includes(verb);
  const part = resource.subresources.find(({ name }) => name === subresource);
  // Of a subresource that discovery does not have, such as nodes/metrics, nobody knows the verbs.
  return part === undefined || part.verbs.includes(verb);
}

function planNamed(names: readonly string[], words: MatrixWords, catalogue: Catalogue): MatrixPlan {
  const rows: MatrixRow[] = [];
  const caveats = new Map<string, Caveat>();
  for (const what of names) {
    const row = planWord(what, words, catalogue);
    if (row.kind === 'problem') return row;
    rows.push(row.row);
    for (const caveat of row.caveats) caveats.set(caveat.message, caveat);
  }
  return { kind: 'plan', rows, caveats: [...caveats.values()] };
}

type WordPlan =
  | { readonly kind: 'row'; readonly row: MatrixRow; readonly caveats: readonly Caveat[] }
  | { readonly kind: 'problem'; readonly problem: string };

function planWord(what: string, words: MatrixWords, catalogue: Catalogue): WordPlan {
  const { namespace, namespaceIsGiven } = words;
  const questions: (ResourceQuestion | undefined)[] = [];
  const caveats: Caveat[] = [];
  let first: ResourceQuestion | undefined;
  let namespaced: boolean | undefined;
  for (const verb of words.verbs) {
    const reading = readQuestion({ verb, what, namespace, namespaceIsGiven }, catalogue);
    if (reading.kind === 'problem') return reading;
    const { question, resource } = reading;
    if (isPathQuestion(question))
      return { kind: 'problem', problem: 'a table has no paths: ask iam-bridge can get /PATH' };
    first ??= question;
    namespaced = resource?.namespaced;
    const served = resource === undefined || isServed(resource, question.subresource, verb);
    questions.push(served ? question : undefined);
    caveats.push(...reading.caveats);
  }
  if (first === undefined) return { kind: 'problem', problem: 'no verb is named: give one such as list' };
  const { group, resource, subresource, name } = first;
  const row = {
    ...{ group, resource, questions },
    ...(namespaced !== undefined && { namespaced }),
    ...(subresource !== undefined && { subresource }),
    ...(name !== undefined && { name }),
  };
  return { kind: 'row', row, caveats };
}
