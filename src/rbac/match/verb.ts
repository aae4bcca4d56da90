/** `*`, or equal: `get*` is a verb that nobody asks for. */
export function matchesVerb(verbs: readonly string[], verb: string): boolean {
  return verbs.includes('*') || verbs.includes(verb);
}
