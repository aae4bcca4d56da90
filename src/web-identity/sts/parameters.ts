import { parseArn } from '../../aws/arn.ts';
import { parseRoleArn } from '../../aws/role-arn.ts';
import { toPlainText } from '../../json/quote.ts';
import { type StsError, validationError } from './errors.ts';
import type { AssumeRoleRequest } from './verdict.ts';

/** The parameters of AssumeRoleWithWebIdentity, found to be in their limits. */
export interface Parameters {
  readonly roleArn: string;
  readonly account: string;
  readonly roleSessionName: string;
  readonly webIdentityToken: string;
  /** seconds */
  readonly durationSeconds: number;
}

export type ParameterReading =
  | ({ readonly kind: 'read' } & Parameters)
  | { readonly kind: 'refused'; readonly error: StsError; readonly reason: string };

const DEFAULT_DURATION = 3600;
const MIN_DURATION = 900;
const MAX_DURATION = 43_200;
/** AWS has `[\w+=,.@-]*` here: letters, digits and the underscore of ASCII. */
const SESSION_NAME = /^[\w+=,.@-]*$/;

/** All that is wrong at once, as AWS does; STS API reference, AssumeRoleWithWebIdentity, "Request Parameters". */
export function readParameters(request: AssumeRoleRequest): ParameterReading {
  const { roleArn = '', roleSessionName = '', webIdentityToken = '', durationSeconds } = request;
  const violations = [
    ...checkLength('roleArn', request.roleArn, [20, 2048]),
    ...checkLength('roleSessionName', request.roleSessionName, [2, 64]),
    ...checkSessionName(roleSessionName),
    ...checkLength('webIdentityToken', request.webIdentityToken, [4, 20_000]),
    ...checkDuration(durationSeconds),
  ];
  if (violations.length > 0) return refuseAll(violations);
  const arn = parseRoleArn(roleArn) === undefined ? undefined : parseArn(roleArn);
  if (arn === undefined) {
    const reason = 'the role ARN is not arn:PARTITION:iam::ACCOUNT:role/NAME';
    return { kind: 'refused', error: validationError('Request ARN is invalid'), reason };
  }
  return {
    kind: 'read',
    roleArn,
    account: arn.account,
    roleSessionName,
    webIdentityToken,
    durationSeconds: durationSeconds === undefined ? DEFAULT_DURATION : Number(durationSeconds),
  };
}

function refuseAll(violations: readonly string[]): ParameterReading {
  const count = violations.length === 1 ? '1 validation error' : `${violations.length} validation errors`;
  const message = `${count} detected: ${violations.join('; ')}`;
  return { kind: 'refused', error: validationError(message), reason: 'a parameter is out of its limits' };
}

function checkLength(
  name: string,
  value: string | undefined,
  [min, max]: readonly [number, number],
): string[] {
  if (value === undefined)
    return [`Value null at '${name}' failed to satisfy constraint: Member must not be null`];
  if (value.length < min) return [violate(name, value, `have length greater than or equal to ${min}`)];
  return value.length > max ? [violate(name, value, `have length less than or equal to ${max}`)] : [];
}

function checkSessionName(value: string): string[] {
  if (SESSION_NAME.test(value)) return [];
  return [violate('roleSessionName', value, 'satisfy regular expression pattern: [\\w+=,.@-]*')];
}

function checkDuration(value: string | undefined): string[] {
  if (value === undefined) return [];
  const seconds = /^-?[0-9]{1,15}$/.test(value) ? Number(value) : Number.NaN;
  if (Number.isNaN(seconds)) return [violate('durationSeconds', value, 'be an integer')];
  if (seconds < MIN_DURATION)
    return [violate('durationSeconds', value, `have value greater than or equal to ${MIN_DURATION}`)];
  if (seconds <= MAX_DURATION) return [];
  return [violate('durationSeconds', value, `have value less than or equal to ${MAX_DURATION}`)];
}

function violate(name: string, value: string, constraint: string): string {
  // AWS leaves out the value of what is secret.
  const shown = name === 'webIdentityToken' ? '' : ` '${toPlainText(value)}'`;
  return `Value${shown} at '${name}' failed to satisfy constraint: Member must ${constraint}`;
}
