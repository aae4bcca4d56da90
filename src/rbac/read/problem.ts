/** An object of RBAC that no API server would have stored, or that is there twice: it is left out, never guessed. */
export interface ObjectProblem {
  /** `RoleBinding team-a/dev`, or its place where it has no name; safe to print. */
  readonly object: string;
  /** What is wrong with it, and what to do; one line, safe to print. */
  readonly problem: string;
}
