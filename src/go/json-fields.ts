/**
 * Reads a field as Go's encoding/json does into a struct: names match without regard to case, and the last one wins.
 * @returns undefined where no field matches
 */
export function readGoField(object: Readonly<Record<string, unknown>>, name: string): unknown {
  const lower = name.toLowerCase();
  return Object.entries(object).findLast(([key]) => key.toLowerCase() === lower)?.[1];
}
