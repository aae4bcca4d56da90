/** An IAM role ARN that {@link parseRoleArn} has found well-formed. */
export type RoleArn = string & { readonly __brand: 'RoleArn' };

// A path takes any printable ASCII, slashes included (CreateRole: `/[!-~]+/`), here without the dollar sign: Kubernetes
// would expand `$(…)` in an environment value. The partition is open, AWS adds new ones.
const ROLE_ARN = /^arn:aws[a-z0-9-]*:iam::[0-9]{12}:role\/(?:[!-#%-~]+\/)?[\w+=,.@-]{1,64}$/;

/** IAM allows a path of 512 characters and a name of 64; partition names are short. */
const MAX_LENGTH = 700;

/**
 * Checks `arn:<partition>:iam::<12 digits>:role/<path>/<name>`.
 * @returns the same text as a RoleArn, or undefined if it is malformed
 */
export function parseRoleArn(text: string): RoleArn | undefined {
  return text.length <= MAX_LENGTH && ROLE_ARN.test(text) ? (text as RoleArn) : undefined;
}
