import type { Statement } from '../policy/statement.ts';

/** How many conditions of a policy have a variable, or would have one in the version that knows them. */
export function countVariables(statements: readonly Statement[]): number {
  return statements
    .flatMap(({ conditions }) => conditions)
    .filter(({ values }) => values.some((value) => value.includes('${'))).length;
}

/** A version is of the whole policy: what it makes a variable of was plain text, in a `Deny` as well. */
export const KEEPING_TEXTS = `, and "\${$}{" for each "\${" elsewhere, which is plain text now`;
