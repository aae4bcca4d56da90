/** One step of a JSON Pointer (RFC 6901 section 3): `/` and the name or index, escaped. */
export function toPointerStep(name: string | number): string {
  return `/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}
