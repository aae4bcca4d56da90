/** `*`, or equal: the core group is `''`, never `core`, and no group has its version with it. */
export function matchesGroup(apiGroups: readonly string[], group: string): boolean {
  return apiGroups.includes('*') || apiGroups.includes(group);
}
