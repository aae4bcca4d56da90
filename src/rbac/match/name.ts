/**
 * No list of names is any name. A request without a name has the name `''`, which a list may hold; `*` is a name like any
 * other (`rbac/v1 ResourceNameMatches`).
 */
export function matchesName(resourceNames: readonly string[] | undefined, name = ''): boolean {
  return resourceNames === undefined || resourceNames.length === 0 || resourceNames.includes(name);
}
