import type { KubeObject } from '../../../src/kube/objects.ts';
import { type AccountReader, createAccountReader } from '../../../src/webhook/sources/account.ts';
import { DEFAULT_SETTINGS } from './default-settings.ts';

export const ROLE = 'arn:aws:iam::111122223333:role/reader';
export const OTHER_ROLE = 'arn:aws:iam::111122223333:role/writer';

/** A reader with the flags' defaults. */
export function createReader(): AccountReader {
  return createAccountReader(DEFAULT_SETTINGS);
}

/** A ServiceAccount as the reflector hands it over: with a role, or with no annotation at all. */
export function toAccountObject(key: string, role?: string, resourceVersion = '1'): KubeObject {
  const [namespace = '', name = ''] = key.split('/');
  const annotations = role === undefined ? {} : { annotations: { 'eks.amazonaws.com/role-arn': role } };
  return { metadata: { namespace, name, resourceVersion, ...annotations } };
}
