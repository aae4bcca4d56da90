/** What an API server has of one resource. */
export interface ApiResource {
  /** '' for core */
  readonly group: string;
  /** The preferred version that has it. */
  readonly version: string;
  /** In the plural, as RBAC names it. */
  readonly resource: string;
  readonly kind: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  readonly subresources: readonly ApiSubresource[];
}

export interface ApiSubresource {
  /** Such as `log`. */
  readonly name: string;
  readonly verbs: readonly string[];
}

/** What discovery told. */
export interface Discovery {
  /** In the order in which the server prefers groups; each resource of a group once. */
  readonly resources: readonly ApiResource[];
  /** Groups that did not answer, a sentence each: their resources may be missing. */
  readonly problems: readonly string[];
}
