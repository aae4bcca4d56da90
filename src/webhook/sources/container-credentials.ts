import { readGoField } from '../../go/json-fields.ts';
import { isRecord } from '../../json/record.ts';

/** Which accounts use EKS Pod Identity, as `<namespace>/<name>`. */
export type ContainerCredentialsList = ReadonlySet<string>;

/**
 * Reads `{"identities": [{"namespace": "…", "serviceAccount": "…"}]}`, the file that EKS writes from pod identity
 * associations. An empty text is an empty list, as for the Go program; field names are matched without regard to case.
 * @throws Error that says what is wrong; the caller keeps the list it has
 */
export function parseContainerCredentialsList(text: string): ContainerCredentialsList {
  if (text.trim() === '') return new Set();
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    throw new Error('the file is not JSON', { cause });
  }
  if (!isRecord(document)) throw new Error('the file is not a JSON object');
  const identities = readGoField(document, 'identities') ?? [];
  if (!Array.isArray(identities)) throw new Error('identities is not a list');
  return new Set(identities.map(readIdentity));
}

function readIdentity(identity: unknown, index: number): string {
  if (!isRecord(identity)) throw new Error(`identities[${index}] is not an object`);
  // Go reads a missing field as an empty text, which then matches no account.
  const namespace = readGoField(identity, 'namespace') ?? '';
  const name = readGoField(identity, 'serviceAccount') ?? '';
  if (typeof namespace !== 'string' || typeof name !== 'string') {
    throw new Error(`identities[${index}]: namespace and serviceAccount must be strings`);
  }
  return `${namespace}/${name}`;
}
