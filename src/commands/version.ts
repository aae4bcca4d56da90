import { readFile } from 'node:fs/promises';

/** The version in package.json, which stands two folders above this file in the source, and beside the bundle's one. */
export async function readVersion(): Promise<string> {
  for (const path of ['./package.json', '../../package.json']) {
    const version = await readPackageVersion(new URL(path, import.meta.url));
    if (version !== undefined) return version;
  }
  return 'unknown';
}

async function readPackageVersion(url: URL): Promise<string | undefined> {
  try {
    const { name, version } = JSON.parse(await readFile(url, 'utf8')) as {
      name?: unknown;
      version?: unknown;
    };
    return name === 'iam-bridge' && typeof version === 'string' ? version : undefined;
  } catch {
    return undefined;
  }
}

/** The floor of @kubernetes/client-node 2, and the first Node 22 that runs TypeScript source without a flag. */
export function isNodeNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 19);
}
