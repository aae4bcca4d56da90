/** One step of a JSON Pointer (RFC 6901 section 3): `/` and the name or index, escaped. */
export function toPointerStep(name: string | number): string {
  // "~" first, or the "~1" just written would be escaped again.
  return `/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}
