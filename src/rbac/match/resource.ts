/**
 * `*` is every resource with all subresources, an asterisk and a subresource is that one of any resource; all else is
 * compared to the letter, so `pods/*` matches nothing that anybody asks for (`rbac/v1 ResourceMatches`).
 */
export function matchesResource(resources: readonly string[], resource: string, subresource = ''): boolean {
  if (subresource === '') return resources.includes('*') || resources.includes(resource);
  const combined = `${resource}/${subresource}`;
  return resources.some((one) => one === '*' || one === combined || one === `*/${subresource}`);
}
