/** `arn:partition:service:region:account:resource` (AWS General Reference, "Amazon Resource Names"). */
export interface Arn {
  readonly partition: string;
  readonly service: string;
  /** Empty for IAM, which has no regions. */
  readonly region: string;
  /** 12 digits, `aws`, or empty. */
  readonly account: string;
  /** Everything after the fifth colon; it may have colons of its own. */
  readonly resource: string;
}

/** Whether a text can be the number of an AWS account. */
export function isAccountId(text: string): boolean {
  return /^[0-9]{12}$/.test(text);
}

/** Splits an ARN; undefined where the text has no six parts or does not begin with `arn:`. Wildcards are text here. */
export function parseArn(text: string): Arn | undefined {
  const [scheme, partition, service, region, account, ...resource] = text.split(':');
  if (scheme !== 'arn' || resource.length === 0) return undefined;
  if (partition === undefined || service === undefined || region === undefined || account === undefined) {
    return undefined;
  }
  return { partition, service, region, account, resource: resource.join(':') };
}
