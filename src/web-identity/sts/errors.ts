import type { TrustAction } from '../../trust/verdict.ts';
import { NOT_VALIDATED, stsAnswerOf } from '../token/refusals.ts';
import type { RuleFinding } from '../token/verdict.ts';

/** An error of the Query API: `<Error><Code/><Message/></Error>` with an HTTP status. */
export interface StsError {
  readonly code: string;
  readonly status: 400 | 403 | 500;
  readonly message: string;
}

/** Of a token that was refused: AWS's own code, status and words, as far as they are known. */
export function toStsError({ code, values = {} }: RuleFinding): StsError {
  const { message, ...answer } = stsAnswerOf(code) ?? NOT_VALIDATED;
  const fill = (_: string, name: string): string => values[name] ?? '';
  return { ...answer, message: message.replace(/\{(\w+)\}/g, fill) };
}

/** @param message where AWS has words of its own for it; without, those of its documentation */
export function invalidIdentityToken(message: string = NOT_VALIDATED.message): StsError {
  return { ...NOT_VALIDATED, message };
}

export function validationError(message: string): StsError {
  return { code: 'ValidationError', status: 400, message };
}

/** All that AWS says of a denial, whatever the reason: role absent, condition, explicit deny. */
export function accessDenied(action: TrustAction = 'sts:AssumeRoleWithWebIdentity'): StsError {
  return { code: 'AccessDenied', status: 403, message: `Not authorized to perform ${action}` };
}
