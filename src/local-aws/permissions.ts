import { matchGlob, toGlob } from '../trust/match/glob.ts';

/** As much of an IAM policy statement as the local AWS knows. `*` and `?` stand for anything and for one character. */
export interface PolicyStatement {
  readonly effect: 'Allow' | 'Deny';
  /** `s3:PutObject`, `s3:*`; case does not matter */
  readonly actions: readonly string[];
  /** `arn:aws:s3:::iam-bridge-demo/*` */
  readonly resources: readonly string[];
}

/** Whoever may do something. */
export interface Permitted {
  /** Each of these must allow: what the role or user may do, and the policy of the session where there is one. */
  readonly permissions: readonly (readonly PolicyStatement[])[];
}

/**
 * Whether a principal may. Each of its lists of statements must allow, and none may deny.
 * Source: IAM User Guide, "Policy evaluation logic".
 */
export function isAllowed({ permissions }: Permitted, action: string, resource: string): boolean {
  return permissions.every((statements) => {
    const matching = statements.filter((statement) => covers(statement, action, resource));
    return matching.length > 0 && matching.every(({ effect }) => effect === 'Allow');
  });
}

/** AWS's words for a missing permission, since 2024 the same in S3. */
export function describeDenial({ arn }: { readonly arn: string }, action: string, resource: string): string {
  return `User: ${arn} is not authorized to perform: ${action} on resource: "${resource}" because no identity-based policy allows the ${action} action`;
}

function covers({ actions, resources }: PolicyStatement, action: string, resource: string): boolean {
  const wanted = action.toLowerCase();
  return (
    actions.some((pattern) => matchesGlob(pattern.toLowerCase(), wanted)) &&
    resources.some((pattern) => matchesGlob(pattern, resource))
  );
}

/** IAM's wildcards, by the evaluator of trust policies, which no pattern can hold up. */
export function matchesGlob(pattern: string, text: string): boolean {
  return matchGlob(toGlob(pattern), text);
}
