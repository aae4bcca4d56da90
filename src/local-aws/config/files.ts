import { readErrorCode } from '../../base/errors.ts';
import { readKeySet } from '../../issuer/keys/key-set.ts';
import { readTrustPolicy, type TrustPolicy } from '../../trust/policy.ts';
import { matchesGlob } from '../permissions.ts';
import type { LocalRole } from '../principal.ts';

/** The files that a configuration names. */
export interface Files {
  /** The path from here: those in the file are relative to the file. */
  resolve(path: string): string;
  /** @throws Error that says why it cannot be read */
  read(path: string): string;
}

/** Of one entry of the configuration. */
export interface EntryContext {
  /** `roles[0]` */
  readonly at: string;
  readonly files: Files;
  /** Where what is wrong with it is told. */
  readonly problems: string[];
}

export function readOptionalFile(
  path: string | undefined,
  { at, files, problems }: EntryContext,
): string | undefined {
  if (path === undefined) return undefined;
  try {
    return files.read(files.resolve(path));
  } catch (error) {
    problems.push(
      `${at}: ${files.resolve(path)} cannot be read (${readErrorCode(error) ?? 'unknown error'}): make it, or give a path from the folder of this file`,
    );
    return undefined;
  }
}

/** Checks a key set now, so that a wrong one is seen at the start. @returns where to read it later: keys rotate */
export function readKeyFile(path: string, context: EntryContext): string {
  const at = `${context.at}.jwksFile`;
  const text = readOptionalFile(path, { ...context, at });
  const reading = text === undefined ? undefined : readKeySet(text);
  if (reading?.kind === 'refused') context.problems.push(`${at}: ${path}: ${reading.problem}`);
  return context.files.resolve(path);
}

interface TrustFields {
  /** JSON, or the same as YAML. */
  readonly trustPolicy?: string | Readonly<Record<string, unknown>> | undefined;
  readonly trustPolicyFile?: string | undefined;
}

/** Reads the trust policy of a role, wherever it is written. */
export function readTrust(
  { trustPolicy, trustPolicyFile }: TrustFields,
  context: EntryContext,
): Pick<LocalRole, 'trustPolicy' | 'principals'> | undefined {
  if ((trustPolicy === undefined) === (trustPolicyFile === undefined)) {
    context.problems.push(`${context.at}: give either trustPolicy or trustPolicyFile`);
    return undefined;
  }
  const at = `${context.at}.${trustPolicy === undefined ? 'trustPolicyFile' : 'trustPolicy'}`;
  const text =
    typeof trustPolicy === 'string'
      ? trustPolicy
      : trustPolicy === undefined
        ? readOptionalFile(trustPolicyFile, { ...context, at })
        : JSON.stringify(trustPolicy);
  if (text === undefined) return undefined;
  const reading = readTrustPolicy(text);
  if (reading.kind === 'policy')
    return { trustPolicy: reading.policy, principals: findPrincipals(reading.policy) };
  for (const { pointer, problem, remedy } of reading.problems) {
    context.problems.push(`${at}${pointer === '' ? '' : ` at ${pointer}`}: ${problem}; ${remedy}`);
  }
  return undefined;
}

/**
 * Whom the policy lets in by `sts:AssumeRole`. Conditions are not evaluated for these: a statement that has some lets
 * nobody in, and one that denies shuts everybody out.
 */
function findPrincipals({ statements }: TrustPolicy): readonly string[] {
  const about = statements.filter(
    ({ action }) =>
      action.inverted !==
      action.patterns.some((pattern) => matchesGlob(pattern.toLowerCase(), 'sts:assumerole')),
  );
  if (about.some(({ effect }) => effect === 'Deny')) return [];
  return about
    .filter(({ conditions }) => conditions.length === 0)
    .flatMap(({ principal }) => [
      ...(principal.everyone ? ['*'] : []),
      ...principal.members.filter(({ kind }) => kind === 'AWS').map(({ value }) => value),
    ]);
}
