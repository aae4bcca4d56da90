import { findNearest } from '../base/edit-distance.ts';
import { readJson } from '../json/read.ts';
import { isRecord, type JsonRecord, readMember } from '../json/record.ts';
import { type PolicySource, unwrapPolicy } from './policy/encoding.ts';
import { type PolicyNote, type PolicyProblem, type ProblemLists, showValue } from './policy/problem.ts';
import { readStatement, type Statement } from './policy/statement.ts';

/** A role's trust policy (`AssumeRolePolicyDocument`) that IAM would accept. */
export interface TrustPolicy {
  /** Variables such as `${aws:username}` mean something in the newer one only. */
  readonly version: '2012-10-17' | '2008-10-17';
  readonly statements: readonly Statement[];
  /** Characters that count against IAM's quota: all but the white space between the parts. */
  readonly size: number;
  /** What it was read from. */
  readonly document: JsonRecord;
}

type DocumentReading =
  /** `notes`: IAM takes it, but it may not be meant. */
  | { readonly kind: 'policy'; readonly policy: TrustPolicy; readonly notes: readonly PolicyNote[] }
  /** All problems at once, in the order of the document where they have one. */
  | { readonly kind: 'invalid'; readonly problems: readonly PolicyProblem[] };

/** The pointers of notes and problems lead into the text of `source`. */
export type TrustPolicyReading = DocumentReading & { readonly source: PolicySource };

/** Characters. What counts of them is 4096 at most; this leaves room for white space, and bounds the work. */
const MAX_TEXT = 65_536;
/** IAM quota "Role trust policy length", default and maximum. */
export const DEFAULT_SIZE_QUOTA = 2_048;
const MAX_SIZE_QUOTA = 4_096;

const MEMBERS = ['Version', 'Id', 'Statement'];

/**
 * Reads a trust policy document, JSON, and checks all that IAM checks when a role gets it; the encodings in which people
 * are handed one are read, too. Never throws.
 */
export function readTrustPolicy(given: string): TrustPolicyReading {
  // Encoded, a character may take three.
  const source = given.length > 3 * MAX_TEXT ? { text: given } : unwrapPolicy(given);
  return { ...readDocument(source.text), source };
}

function readDocument(text: string): DocumentReading {
  if (text.length > MAX_TEXT) {
    return refuse(`it is longer than ${MAX_TEXT} characters`, 'is this file the trust policy of one role?');
  }
  const reading = readJson(text);
  if (reading.kind === 'malformed')
    return refuse(reading.problem, 'give the JSON document of a trust policy');
  if (!isRecord(reading.value)) {
    return refuse(`it is ${showValue(reading.value)}`, 'give an object with Version and Statement');
  }
  const lists: ProblemLists = { problems: reading.duplicates.map(describeDuplicate), notes: [] };
  checkMembers(reading.value, lists);
  const version = readVersion(reading.value, lists);
  const statements = readStatements(readMember(reading.value, 'Statement'), lists);
  const size = countCharacters(text);
  checkSize(size, lists);
  return lists.problems.length > 0
    ? { kind: 'invalid', problems: lists.problems }
    : { kind: 'policy', policy: { version, statements, size, document: reading.value }, notes: lists.notes };
}

function refuse(problem: string, remedy: string): DocumentReading {
  return { kind: 'invalid', problems: [{ pointer: '', problem, remedy }] };
}

/** Most readers keep the last member alone: what was written first would be lost without a word. */
function describeDuplicate(pointer: string): PolicyProblem {
  const problem = 'its object has this member twice, and of two only one counts';
  return { pointer, problem, remedy: 'write it once, with the contents of both' };
}

function checkMembers(document: JsonRecord, { problems }: ProblemLists): void {
  for (const name of Object.keys(document)) {
    if (MEMBERS.includes(name)) continue;
    problems.push({
      pointer: '',
      problem: `it has the unknown member ${showValue(name)}`,
      remedy: adviseOnMember(name),
    });
  }
  const id = readMember(document, 'Id');
  if (id !== undefined && typeof id !== 'string') {
    problems.push({ pointer: '/Id', problem: `it is ${showValue(id)}`, remedy: 'give a text' });
  }
}

function adviseOnMember(name: string): string {
  // The whole answer of `aws iam get-role`.
  if (name === 'Role')
    return 'give the policy alone: aws iam get-role … --query Role.AssumeRolePolicyDocument';
  const nearest = findNearest(name, MEMBERS);
  return nearest === undefined ? `remove it; known are ${MEMBERS.join(', ')}` : `write ${nearest}`;
}

function readVersion(document: JsonRecord, { problems, notes }: ProblemLists): TrustPolicy['version'] {
  const version = readMember(document, 'Version');
  if (version === '2012-10-17' || version === '2008-10-17') return version;
  const remedy = 'write "Version": "2012-10-17"';
  if (version === undefined) {
    notes.push({
      about: 'version',
      pointer: '',
      problem: 'it has no Version and counts as 2008-10-17',
      remedy,
    });
  } else {
    const problem = `${showValue(version)} is no version of the policy language`;
    problems.push({ pointer: '/Version', problem, remedy });
  }
  return '2008-10-17';
}

function readStatements(value: unknown, lists: ProblemLists): readonly Statement[] {
  const pointer = '/Statement';
  if (value === undefined || (Array.isArray(value) && value.length === 0)) {
    const remedy = 'add one with Effect, Principal, Action and Condition';
    lists.problems.push({ pointer: '', problem: 'it has no Statement', remedy });
    return [];
  }
  const all: readonly unknown[] = Array.isArray(value) ? value : [value];
  const statements = all.flatMap((entry, index) => {
    const place = Array.isArray(value) ? `${pointer}/${index}` : pointer;
    return readStatement(entry, index, { pointer: place, lists }) ?? [];
  });
  checkSids(statements, lists);
  return statements;
}

function checkSids(statements: readonly Statement[], { problems }: ProblemLists): void {
  const seen = new Set<string>();
  for (const { sid, pointer } of statements) {
    if (sid === undefined || sid === '') continue;
    if (seen.has(sid)) {
      const problem = `another statement has the Sid ${showValue(sid)}, too`;
      problems.push({
        pointer: `${pointer}/Sid`,
        problem,
        remedy: 'give each statement a Sid of its own, or none',
      });
    }
    seen.add(sid);
  }
}

/** IAM "does not count white space" against its quotas. */
function countCharacters(text: string): number {
  return text.replace(/"[^"\\]*(?:\\.[^"\\]*)*"|\s+/g, (part) => (part.startsWith('"') ? part : '')).length;
}

function checkSize(size: number, { problems, notes }: ProblemLists): void {
  if (size <= DEFAULT_SIZE_QUOTA) return;
  const remedy = 'give ServiceAccounts roles of their own, each with its own policy';
  const problem = `it has ${size} characters without white space`;
  if (size > MAX_SIZE_QUOTA) {
    problems.push({ pointer: '', problem: `${problem}, and IAM takes ${MAX_SIZE_QUOTA} at most`, remedy });
  } else {
    const quota = `IAM takes ${DEFAULT_SIZE_QUOTA} unless the account's quota was raised (to ${MAX_SIZE_QUOTA})`;
    notes.push({ about: 'size', pointer: '', problem: `${problem}: ${quota}`, remedy });
  }
}
