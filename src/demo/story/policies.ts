import type { Folder } from '../../local-cluster/folder.ts';
import { readExampleText } from '../../local-cluster/manifests.ts';
import { toConditionPrefix } from '../../trust/provider.ts';

/** The issuer that the policies of the examples name. */
export const EXAMPLE_ISSUER = 'https://issuer.example/clusters/demo';

/**
 * Writes a trust policy of the examples for another issuer.
 * @returns its name in the folder, which is the same
 * @throws Error where it is not there, or does not name the issuer that is to be replaced
 */
export async function writePolicy(name: string, issuer: string, folder: Folder): Promise<string> {
  const { text, shortPath } = await readExampleText(name);
  const example = toConditionPrefix(EXAMPLE_ISSUER);
  if (!text.includes(example)) throw new Error(`${shortPath} does not name ${example}`);
  await folder.write(name, text.replaceAll(example, toConditionPrefix(issuer)));
  return name;
}
