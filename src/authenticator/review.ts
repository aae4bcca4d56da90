import { readJson } from '../json/read.ts';
import { isRecord, type JsonRecord, readMember } from '../json/record.ts';
import { API_VERSIONS, type ReviewReading } from './token-review.ts';
import { readUsualReview } from './usual-review.ts';

/**
 * Reads the body of a TokenReview. Unknown members are passed over. Two members that Go's decoder would take for one are
 * refused: it ignores case, and its last one wins. Problems quote nothing of the body.
 */
export function readTokenReview(body: Buffer): ReviewReading {
  return readUsualReview(body) ?? readAnyReview(body);
}

function readAnyReview(body: Buffer): ReviewReading {
  const reading = readJson(body.toString('utf8'));
  if (reading.kind === 'malformed') return { kind: 'unreadable', problem: reading.problem };
  const { value, duplicates } = reading;
  if (!isRecord(value)) return { kind: 'unreadable', problem: 'it is no JSON object' };
  const apiVersion = API_VERSIONS.find((version) => version === readMember(value, 'apiVersion'));
  const problem = duplicates.length > 0 ? 'a member is there twice' : findProblem(value);
  const spec = readMember(value, 'spec');
  if (problem !== undefined || !isRecord(spec)) {
    // Who does not say, or says another, is answered in the one that lasts.
    const answered = apiVersion ?? API_VERSIONS[0];
    return { kind: 'malformed', apiVersion: answered, problem: problem ?? 'spec is no object' };
  }
  return {
    kind: 'review',
    apiVersion: apiVersion ?? API_VERSIONS[0],
    token: String(readMember(spec, 'token')),
    audiences: (readMember(spec, 'audiences') ?? []) as readonly string[],
  };
}

function findProblem(review: JsonRecord): string | undefined {
  const version = readMember(review, 'apiVersion');
  if (version !== undefined && !API_VERSIONS.some((known) => known === version)) {
    return 'apiVersion is none of authentication.k8s.io/v1 and v1beta1';
  }
  const kind = readMember(review, 'kind');
  if (kind !== undefined && kind !== 'TokenReview') return 'kind is not TokenReview';
  const parts = ['metadata', 'spec', 'status'].map((name) => [name, readMember(review, name)] as const);
  const odd = parts.find(([, part]) => part !== undefined && part !== null && !isRecord(part));
  if (odd !== undefined) return `${odd[0]} is no object`;
  const spelt = findOtherCase(review, NAMES);
  if (spelt !== undefined) return `${spelt} is written in another case`;
  const objects = [['the review', review] as const, ...parts];
  const ambiguous = objects.find(([, part]) => isRecord(part) && hasSameName(part));
  if (ambiguous !== undefined) return `two members of ${ambiguous[0]} differ by their case alone`;
  const spec = readMember(review, 'spec');
  return isRecord(spec) ? findSpecProblem(spec) : 'spec is missing';
}

function findSpecProblem(spec: JsonRecord): string | undefined {
  const spelt = findOtherCase(spec, SPEC_NAMES);
  if (spelt !== undefined) return `spec.${spelt} is written in another case`;
  if (typeof readMember(spec, 'token') !== 'string') return 'spec.token is no string';
  const audiences = readMember(spec, 'audiences');
  if (audiences === undefined || audiences === null) return undefined;
  const isList = Array.isArray(audiences) && audiences.every((audience) => typeof audience === 'string');
  return isList ? undefined : 'spec.audiences is no list of strings';
}

const NAMES = ['apiVersion', 'kind', 'metadata', 'spec', 'status'] as const;
const SPEC_NAMES = ['token', 'audiences'] as const;

/** The name that Go would take a member for, though it is not written so. */
function findOtherCase(record: JsonRecord, names: readonly string[]): string | undefined {
  const strange = Object.keys(record).filter((name) => !USUAL.has(name));
  if (strange.length === 0) return undefined;
  const folded = new Set(strange.map(foldCase));
  return names.find((name) => folded.has(name.toLowerCase()));
}

/** What kube-apiserver writes: no two of these are the same in any case. */
const USUAL: ReadonlySet<string> = new Set([
  'apiVersion',
  'audiences',
  'creationTimestamp',
  'kind',
  'metadata',
  'spec',
  'status',
  'token',
  'user',
]);

function hasSameName(record: JsonRecord): boolean {
  const names = Object.keys(record);
  if (names.every((name) => USUAL.has(name))) return false;
  return new Set(names.map(foldCase)).size < names.length;
}

/** As Go's encoding/json folds: the long s is an s, and the Kelvin sign, which lower case makes a k, a k. */
function foldCase(name: string): string {
  return name.toLowerCase().replaceAll('\u017f', 's');
}
