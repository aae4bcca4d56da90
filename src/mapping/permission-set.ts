import { isAccountId } from '../aws/arn.ts';
import { PARTITION_NAMES } from '../aws/partition.ts';
import type { PermissionSet } from './principal-arn.ts';
import { readField, type SourceNode } from './source-node.ts';

/** Source: IAM Identity Center API Reference, PermissionSet. */
const NAME = /^[\w+=,.@-]{1,32}$/;

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
  if (name === undefined || !NAME.test(name)) {
    return 'sso.permissionSetName is not the name of a permission set: 1 to 32 of letters, digits and +=,.@-_';
  }
  if (accountId === undefined) return 'sso.accountID is not text: put the 12 digits in quotes';
  if (!isAccountId(accountId)) return 'sso.accountID is not the number of an account: 12 digits in quotes';
  if (partition === undefined || (partition !== '' && !PARTITION_NAMES.includes(partition))) {
    return `sso.partition is none of ${PARTITION_NAMES.join(', ')}`;
  }
  return { name, accountId, partition: partition || 'aws' };
}

/**
 * Every permission set that something in place of `sso` may mean, whatever is wrong with it: each of its texts may be the
 * name, each number of an account the account, and the partition any where it names none.
 */
export function readPossibleSets(node: SourceNode): readonly PermissionSet[] {
  const values = node.kind === 'map' ? node.members.map(([, value]) => value) : [];
  const texts = values.flatMap((value) => ('text' in value ? [value.text] : [])).slice(0, MOST_TEXTS);
  const partitions = texts.filter((text) => PARTITION_NAMES.includes(text));
  const accounts = texts.filter(isAccountId);
  const names = texts.filter(
    (text) => NAME.test(text) && !accounts.includes(text) && !partitions.includes(text),
  );
  return (partitions.length > 0 ? partitions : PARTITION_NAMES).flatMap((partition) =>
    accounts.flatMap((accountId) => names.map((name) => ({ name, accountId, partition }))),
  );
}

const MOST_TEXTS = 10;
