import { isAccountId } from '../aws/arn.ts';
import { PARTITION_NAMES } from '../aws/partition.ts';
import type { PermissionSet } from './principal-arn.ts';
import { readField, type SourceNode } from './source-node.ts';

/**
 * `sso: {permissionSetName, accountID, partition}` of an entry, `aws` where no partition is given.
 * @param convertScalars whether an account's number may stand without quotes
 * @returns one sentence where it is no permission set
 */
export function readPermissionSet(node: SourceNode, convertScalars: boolean): PermissionSet | string {
  const read = (name: string): string | undefined => {
    const value = readField(node, name);
    const isText = value?.kind === 'text' || (convertScalars && value?.kind === 'other');
    return value === undefined ? '' : isText ? value.text : undefined;
  };
  const [name, accountId, partition] = [read('permissionSetName'), read('accountID'), read('partition')];
  // Source: IAM Identity Center API Reference, PermissionSet.
  if (name === undefined || !/^[\w+=,.@-]{1,32}$/.test(name)) {
    return 'sso.permissionSetName is not the name of a permission set: 1 to 32 of letters, digits and +=,.@-_';
  }
  if (accountId === undefined) return 'sso.accountID is not text: put the 12 digits in quotes';
  if (!isAccountId(accountId)) return 'sso.accountID is not the number of an account: 12 digits in quotes';
  if (partition === undefined || (partition !== '' && !PARTITION_NAMES.includes(partition))) {
    return `sso.partition is none of ${PARTITION_NAMES.join(', ')}`;
  }
  return { name, accountId, partition: partition || 'aws' };
}
