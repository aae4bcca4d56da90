import type { Finding } from '../../../src/base/finding.ts';
import { KEY } from './base.ts';

type Json = Record<string, unknown>;
type Remedied = Pick<Finding, 'where' | 'what' | 'remedy'>;

/** What somebody puts in for the placeholders of a remedy. */
export const FILLED = 'system:serviceaccount:demo:filled';

function fill(remedy: string): string {
  return remedy
    .replaceAll('<namespace>', 'demo')
    .replaceAll('<name>', 'filled')
    .replaceAll('<account>', '111122223333')
    .replace(/<issuer( without https:\/\/)?>/g, KEY);
}

/** The first JSON object or list in a text, from where it is looked for. */
function readJsonAfter(text: string, start: string): unknown {
  const from = text.indexOf(start) + start.length;
  for (let end = from + 1; end <= text.length; end += 1) {
    try {
      return JSON.parse(text.slice(from, end));
    } catch {
      // Not whole yet.
    }
  }
  throw new Error(`no JSON in: ${text}`);
}

function toSteps(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function merge(condition: Json, more: Json): Json {
  const merged = structuredClone(condition);
  for (const [operator, keys] of Object.entries(more)) {
    for (const key of Object.keys(keys as Json)) {
      if (Object.hasOwn((merged[operator] as Json | undefined) ?? {}, key))
        throw new Error(`${key} is there already`);
    }
    merged[operator] = { ...(merged[operator] as Json | undefined), ...(keys as Json) };
  }
  return merged;
}

interface Place {
  readonly document: Json & { Statement: Json[] };
  readonly statement: Json;
  readonly index: number;
  /** Of a condition: operator and key. */
  readonly operator: string;
  readonly key: string;
  readonly text: string;
  readonly what: string;
}

function takeOut(condition: Json, operator: string, key: string): Json {
  const { [key]: _, ...keys } = condition[operator] as Json;
  const { [operator]: __, ...rest } = condition;
  return Object.keys(keys).length === 0 ? rest : { ...rest, [operator]: keys };
}

function renameKey({ statement, operator, key }: Place, operatorThen: string, keyThen: string): void {
  const condition = statement['Condition'] as Json;
  const values = (condition[operator] as Json)[key];
  statement['Condition'] = merge(takeOut(condition, operator, key), {
    [operatorThen]: { [keyThen]: values },
  });
}

function replaceValue({ statement, operator, key, what }: Place, value: string): void {
  const keys = (statement['Condition'] as Record<string, Json>)[operator] as Json;
  const wrong = JSON.parse(/"(?:[^"\\]|\\.)*"/.exec(what)?.[0] ?? '""');
  const exact = [keys[key]].flat().map((each) => (each === wrong ? value : each));
  keys[key] = exact.length === 1 ? exact[0] : exact;
}

/** The forms that remedies have, each with what somebody does who follows it. */
const FORMS: readonly (readonly [RegExp, (place: Place) => void])[] = [
  [
    /write "Condition": /,
    ({ statement, text }) => {
      statement['Condition'] = readJsonAfter(text, 'write "Condition": ');
    },
  ],
  [
    /give each provider a statement of its own, with /,
    ({ document, statement, index, text }) => {
      const condition = JSON.stringify(readJsonAfter(text, 'of its own, with '));
      const providers = [(statement['Principal'] as Json)['Federated']].flat() as string[];
      const each = providers.map((arn) => ({
        ...statement,
        Principal: { Federated: arn },
        Condition: JSON.parse(condition.replaceAll(KEY, arn.slice(arn.indexOf('/') + 1))),
      }));
      document.Statement.splice(index, 1, ...each);
    },
  ],
  [
    /write \{"StringEquals".* in its place/,
    ({ statement, operator, key, text }) => {
      const rest = takeOut(statement['Condition'] as Json, operator, key);
      statement['Condition'] = merge(rest, readJsonAfter(text, 'write ') as Json);
    },
  ],
  [
    /add \{/,
    ({ statement, text }) => {
      statement['Condition'] = merge(
        (statement['Condition'] as Json | undefined) ?? {},
        readJsonAfter(text, 'add ') as Json,
      );
    },
  ],
  [
    /write "Action": /,
    ({ statement, text }) => {
      delete statement['NotAction'];
      statement['Action'] = readJsonAfter(text, 'write "Action": ');
      if (text.includes('with a condition on the subject')) addSubject(statement);
    },
  ],
  [
    /write \{"(?:Federated|AWS)"/,
    ({ statement, text }) => {
      statement['Principal'] = readJsonAfter(text, 'write ');
      if (text.includes('with a condition on the subject')) addSubject(statement);
    },
  ],
  [
    /write "arn:/,
    ({ statement, text, what }) => {
      const wrong = JSON.parse(/"(?:[^"\\]|\\.)*"/.exec(what)?.[0] ?? '""');
      const list = [(statement['Principal'] as Json)['Federated']].flat() as string[];
      const right = String(readJsonAfter(text, 'write '));
      statement['Principal'] = {
        Federated: list.map((arn) => (arn.endsWith(`:oidc-provider/${wrong}`) ? right : arn)),
      };
      if (text.includes('with a condition on the subject')) addSubject(statement);
    },
  ],
  [
    /take ".*" out of the list, no token has it/,
    ({ statement, operator, key, text }) => {
      const keys = (statement['Condition'] as Record<string, Json>)[operator] as Json;
      const gone = readJsonAfter(text, 'take ');
      keys[key] = [keys[key]].flat().filter((value) => value !== gone);
    },
  ],
  [
    /take ".*" out/,
    ({ document, statement, index, what }) => {
      const gone = JSON.parse(/"(?:[^"\\]|\\.)*"/.exec(what)?.[0] ?? '""');
      const list = [(statement['Principal'] as Json)['Federated']].flat() as string[];
      const left = list.filter((arn) => !arn.endsWith(`:oidc-provider/${gone}`) && arn !== gone);
      if (left.length === 0) document.Statement.splice(index, 1);
      else statement['Principal'] = { ...(statement['Principal'] as Json), Federated: left };
    },
  ],
  [
    /write "Version": "2012-10-17"/,
    (place) => {
      const { document, statement, text } = place;
      document['Version'] = '2012-10-17';
      if (text.includes('for each "${"')) escapeOthers(place);
      if (text.includes('with a condition on the subject')) addSubject(statement);
    },
  ],
  [
    /^remove it$/,
    ({ document, index }) => {
      document.Statement.splice(index, 1);
    },
  ],
  [
    /write it with A/,
    ({ statement }) => {
      statement['Sid'] = String(statement['Sid']).replace(/[^A-Za-z0-9]/g, '');
    },
  ],
  [
    /write it once, with \[/,
    ({ statement, operator, key, text }) => {
      const keys = (statement['Condition'] as Record<string, Json>)[operator] as Json;
      const twin =
        Object.keys(keys).find((each) => each !== key && each.toLowerCase() === key.toLowerCase()) ?? '';
      keys[twin] = readJsonAfter(text, 'write it once, with ');
      delete keys[key];
    },
  ],
  [
    /with StringEquals: all others that fit/,
    ({ statement, operator, key }) => {
      const rest = takeOut(statement['Condition'] as Json, operator, key);
      statement['Condition'] = merge(rest, { StringEquals: { [key]: FILLED } });
    },
  ],
  [/name each in full, /, (place) => replaceValue(place, FILLED)],
  [
    /write (?:ForAnyValue|ForAllValues|String|Numeric|Date|Bool|Binary|Ip|Not|Arn)\w*/,
    (place) => {
      const operator = /write ((?:For\w+:)?\w+)/.exec(place.text)?.[1] ?? '';
      renameKey(place, operator, place.key);
    },
  ],
  [
    /write (?:sts\.amazonaws\.com|system:serviceaccount:)/,
    (place) => {
      replaceValue(place, /write ([^\s,]+)/.exec(place.text)?.[1] ?? '');
    },
  ],
  [/write "/, (place) => replaceValue(place, String(readJsonAfter(place.text, 'write ')))],
  [/write \S+:\S+$/, (place) => renameKey(place, place.operator, /write (\S+)$/.exec(place.text)?.[1] ?? '')],
];

/** In all conditions but one. */
function escapeOthers({ document, statement, operator, key }: Place): void {
  const own = (statement['Condition'] as Record<string, Json> | undefined)?.[operator]?.[key];
  const escaped = (_: string, value: unknown): unknown =>
    typeof value === 'string' ? value.replaceAll('${', `\${$}{`) : value;
  for (const each of document.Statement) Object.assign(each, JSON.parse(JSON.stringify(each, escaped)));
  if (own !== undefined)
    (statement['Condition'] as Record<string, Json>)[operator] = {
      ...(statement['Condition'] as Record<string, Json>)[operator],
      [key]: own,
    };
}

function addSubject(statement: Json): void {
  statement['Condition'] = merge((statement['Condition'] as Json | undefined) ?? {}, {
    StringEquals: { [`${KEY}:sub`]: FILLED },
  });
}

/**
 * Follows a remedy to the letter, as somebody in a hurry would, placeholders filled.
 * @returns undefined where it is no edit of the policy; throws where it cannot be followed
 */
export function applyRemedy(policy: Json, { where, what, remedy }: Remedied): Json | undefined {
  const given = structuredClone(policy);
  const document = { ...given, Statement: [given['Statement']].flat() as Json[] };
  const steps = toSteps(where);
  const isListed = Array.isArray(given['Statement']);
  const index = isListed ? Number(steps[1] ?? 0) : 0;
  const [, operator = '', key = ''] = steps.slice(isListed ? 2 : 1);
  const text = fill(remedy);
  const form = FORMS.find(([pattern]) => pattern.test(text));
  const statement = document.Statement[index];
  if (form === undefined || statement === undefined) return undefined;
  form[1]({ document, statement, index, operator, key, text, what });
  return document;
}
