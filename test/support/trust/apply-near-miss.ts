import { escapeVariables } from '../../../src/trust/generate/statement.ts';
import { toConditionPrefix } from '../../../src/trust/provider.ts';
import type { TrustRequest } from '../../../src/trust/request.ts';

type Json = Record<string, unknown>;
type Conditions = Record<string, Json>;

/** Where a remedy of `trust eval` was given, and for whom. */
export interface Given {
  readonly request: TrustRequest;
  /** Of the statement, from 0. */
  readonly index: number;
  readonly action: string;
  readonly operator: string;
  readonly key: string;
  readonly remedy: string;
}

/** The policy after the remedy, and where to look whether it was of use. */
export interface Followed {
  readonly document: Json;
  readonly index: number;
  /** Of the condition that was edited; undefined for a statement of its own. */
  readonly condition?: { readonly operator: string; readonly key: string };
}

interface Place extends Given {
  readonly document: Json & { Statement: Json[] };
  readonly conditions: Conditions;
  /** What the form has found in the remedy. */
  readonly found: RegExpExecArray;
}

/** Each way in which a remedy says what to do, with what somebody does who follows it to the letter; the first counts. */
const FORMS: readonly (readonly [RegExp, (place: Place) => Omit<Followed, 'document'>])[] = [
  [
    /let this caller in by a statement of its own(?:, without it|, with StringEquals|, by \S+:sub)?$/,
    addStatement,
  ],
  [
    /write "Version": ("[^"]+")$/,
    ({ document, index, operator, key, found }) => {
      document['Version'] = JSON.parse(found[1] ?? '');
      return { index, condition: { operator, key } };
    },
  ],
  [
    /write (\{.*\}) in its place$/,
    (place) => {
      takeOut(place.conditions, place.operator, place.key);
      return merge(place);
    },
  ],
  [
    /write (\{.*\}) in the place of all conditions on the two$/,
    (place) => {
      const claims = [`${prefixOf(place)}:sub`, `${prefixOf(place)}:aud`].map((each) => each.toLowerCase());
      for (const [operator, keys] of Object.entries(place.conditions)) {
        for (const key of Object.keys(keys))
          if (claims.includes(key.toLowerCase())) takeOut(place.conditions, operator, key);
      }
      return merge(place);
    },
  ],
  [
    /write ("(?:[^"\\]|\\.)*")$/,
    ({ conditions, operator, key, found, index }) => {
      const keys = readKeys(conditions, operator);
      if ([keys[key]].flat().length > 1) throw new Error('which of the values?');
      keys[key] = JSON.parse(found[1] ?? '');
      return { index, condition: { operator, key } };
    },
  ],
  [
    /(?:add|or let this one in beside it, by) ("(?:[^"\\]|\\.)*")$/,
    ({ conditions, operator, key, found, index }) => {
      const keys = readKeys(conditions, operator);
      keys[key] = [keys[key], JSON.parse(found[1] ?? '')].flat();
      return { index, condition: { operator, key } };
    },
  ],
  [
    /write (\S+:\S+)$/,
    ({ conditions, operator, key, found, index }) => {
      const keys = readKeys(conditions, operator);
      const values = keys[key];
      const right = String(JSON.parse(`"${found[1]}"`));
      takeOut(conditions, operator, key);
      add(conditions, operator, right, values);
      return { index, condition: { operator, key: right } };
    },
  ],
];

function prefixOf({ request }: Given): string {
  return toConditionPrefix(request.provider.url);
}

function readKeys(conditions: Conditions, operator: string): Json {
  const keys = conditions[operator];
  if (keys === undefined) throw new Error(`no ${operator}`);
  return keys;
}

function takeOut(conditions: Conditions, operator: string, key: string): void {
  const keys = readKeys(conditions, operator);
  delete keys[key];
  if (Object.keys(keys).length === 0) delete conditions[operator];
}

function add(conditions: Conditions, operator: string, key: string, values: unknown): void {
  const keys = Object.hasOwn(conditions, operator) ? readKeys(conditions, operator) : {};
  if (Object.keys(keys).some((each) => each.toLowerCase() === key.toLowerCase()))
    throw new Error(`${key} is there already`);
  keys[key] = values;
  conditions[operator] = keys;
}

/** @returns the condition on the subject, which whoever swapped the two meant, too */
function merge(place: Place): Omit<Followed, 'document'> {
  const more = JSON.parse(place.found[1] ?? '') as Conditions;
  const added = Object.entries(more).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, values]) => {
      add(place.conditions, operator, key, values);
      return { operator, key };
    }),
  );
  return { index: place.index, ...(added[0] === undefined ? {} : { condition: added[0] }) };
}

/** This caller, and no more than that. */
function addStatement(place: Place): Omit<Followed, 'document'> {
  const { document, request, action } = place;
  const { sub, audience } = request.token;
  const toValue = document['Version'] === '2012-10-17' ? escapeVariables : (text: string): string => text;
  document.Statement.push({
    Effect: 'Allow',
    Principal: { Federated: request.provider.arn },
    Action: action,
    Condition: {
      StringEquals: {
        [`${prefixOf(place)}:sub`]: toValue(sub),
        [`${prefixOf(place)}:aud`]: toValue(audience),
      },
    },
  });
  return { index: document.Statement.length - 1 };
}

/** Remedies that ask for a change of the pod, and of no policy. */
const OF_THE_POD =
  /: set (?:serviceAccountName: \S+ in its spec|AWS_ROLE_SESSION_NAME in the pod to a name that the condition takes)$/;

/**
 * Follows a remedy of `trust eval` to the letter.
 * @returns undefined where it is no edit of the policy; throws where it cannot be followed, or says nothing that is known here
 */
export function applyNearMiss(policy: Json, given: Given): Followed | undefined {
  if (OF_THE_POD.test(given.remedy)) return undefined;
  const copy = structuredClone(policy);
  const document = { ...copy, Statement: [copy['Statement']].flat() as Json[] };
  const conditions = (document.Statement[given.index]?.['Condition'] ?? {}) as Conditions;
  for (const [pattern, follow] of FORMS) {
    const found = pattern.exec(given.remedy);
    if (found !== null) return { document, ...follow({ ...given, document, conditions, found }) };
  }
  throw new Error(`nothing to follow in: ${given.remedy}`);
}
