/** The floor of @kubernetes/client-node 2, and the first Node 22 that runs TypeScript source without a flag. */
export function isNodeNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 19);
}
