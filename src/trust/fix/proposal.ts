import { isRecord, type JsonRecord, readMember } from '../../json/record.ts';
import type { TrustPolicy } from '../policy.ts';

/** A statement of a policy, or what stands in its place. */
export interface Edit {
  /** From 0. */
  readonly index: number;
  readonly statements: readonly JsonRecord[];
  /** What is different, each a phrase for people. */
  readonly changes: readonly string[];
}

/** A policy that is not proved yet. */
export interface Proposal {
  readonly document: JsonRecord;
  readonly changes: readonly string[];
}

/** The same policy with some statements edited, and some more. A statement without a list stays one where it can. */
export function applyEdits(
  policy: TrustPolicy,
  edits: readonly Edit[],
  added: readonly JsonRecord[] = [],
): JsonRecord {
  const statements = policy.statements.flatMap(
    ({ index }) =>
      edits.find((edit) => edit.index === index)?.statements ?? [readStatementJson(policy, index)],
  );
  const all = [...statements, ...added];
  const isList = Array.isArray(readMember(policy.document, 'Statement')) || all.length > 1;
  return { ...policy.document, Statement: isList ? all : all[0] };
}

export function readStatementJson({ document }: TrustPolicy, index: number): JsonRecord {
  const value = readMember(document, 'Statement');
  const statement: unknown = Array.isArray(value) ? value[index] : value;
  return isRecord(statement) ? statement : {};
}
