/** What the API server's authorizers are asked about a request to a resource (`ResourceAttributes` of a review). */
export interface ResourceQuestion {
  readonly verb: string;
  /** `''` is the core group. */
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  /** Absent for create, list and all else that names no object. */
  readonly name?: string;
  /** Absent: cluster-wide, so that RoleBindings count for nothing. */
  readonly namespace?: string;
}

/** What they are asked about any other path (`NonResourceAttributes`). */
export interface PathQuestion {
  /** An HTTP method in small letters. */
  readonly verb: string;
  readonly path: string;
}

export type Question = ResourceQuestion | PathQuestion;

export function isPathQuestion(question: Question): question is PathQuestion {
  return 'path' in question;
}
