import { isAllowed } from '../permissions.ts';
import type { LocalRole, Principal } from '../principal.ts';
import { type AuthenticationDeps, authenticate } from '../query/authenticate.ts';
import { fail, type QueryAction, type QueryOutcome } from '../query/service.ts';
import { openSession, type SessionPlan } from './session.ts';
import { readSessionPolicy } from './session-policy.ts';

export interface AssumeRoleDeps extends AuthenticationDeps {
  findRole(arn: string): LocalRole | undefined;
}

/** A role for a role or user. Source: STS API Reference, AssumeRole. */
export function createAssumeRole(deps: AssumeRoleDeps): QueryAction {
  return async ({ request, parameters }) => {
    const authentication = authenticate(request, 'sts', deps);
    if (authentication.kind === 'error') return authentication;
    const { principal } = authentication.credentials;
    const policy = readSessionPolicy(parameters);
    const outcome = policy.kind === 'error' ? policy : decide(parameters, principal, { ...deps, policy });
    if (outcome.kind === 'error') return { ...outcome, caller: principal.arn };
    const { arn, elements } = openSession(outcome, deps.credentials);
    return { kind: 'result', result: elements, caller: principal.arn, reason: `now ${arn}` };
  };
}

/** To hand out a session without its tags, or to one who has shown no device, would be another answer than AWS's. */
const NOT_HERE = /^(?:Tags|TransitiveTagKeys|ProvidedContexts)\.|^(?:SourceIdentity|SerialNumber|TokenCode)$/;

type Decision = (SessionPlan & { readonly kind: 'plan' }) | (QueryOutcome & { readonly kind: 'error' });

function decide(
  parameters: ReadonlyMap<string, string>,
  principal: Principal,
  { findRole, policy }: Pick<AssumeRoleDeps, 'findRole'> & Pick<SessionPlan, 'policy'>,
): Decision {
  const ignored = [...parameters.keys()].find((name) => NOT_HERE.test(name));
  if (ignored !== undefined)
    return fail('ValidationError', `The local STS does not know the parameter ${ignored}: leave it out`);
  const [roleArn = '', sessionName = ''] = [parameters.get('RoleArn'), parameters.get('RoleSessionName')];
  if (roleArn.length < 20 || roleArn.length > 2_048) return fail('ValidationError', 'Request ARN is invalid');
  if (!/^[\w+=,.@-]{2,64}$/.test(sessionName)) {
    return fail('ValidationError', 'RoleSessionName must have 2 to 64 characters of [\\w+=,.@-]');
  }
  const role = findRole(roleArn);
  // A role that is not there is told in the same words as one that is not for the caller.
  if (role === undefined || !mayAssume(role, principal)) {
    const message = `User: ${principal.arn} is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`;
    return {
      ...fail('AccessDenied', message, 403),
      reason:
        role === undefined ? 'there is no such role' : "its trust policy, or the caller's own permissions",
    };
  }
  const durationSeconds = readDuration(parameters.get('DurationSeconds'), role, principal);
  if (typeof durationSeconds === 'string') return fail('ValidationError', durationSeconds);
  return { kind: 'plan', role, sessionName, durationSeconds, policy };
}

/** Whoever the trust policy names may; of whom it names by account, those who have the permission themselves. */
function mayAssume({ arn, principals }: LocalRole, caller: Principal): boolean {
  if (principals.some((named) => named === caller.arn || named === caller.roleArn)) return true;
  const accounts = [caller.account, `arn:${arn.split(':')[1]}:iam::${caller.account}:root`, '*'];
  return principals.some((named) => accounts.includes(named)) && isAllowed(caller, 'sts:AssumeRole', arn);
}

const HOUR = 3_600;

/** @returns seconds, or what is wrong */
function readDuration(text: string | undefined, role: LocalRole, caller: Principal): number | string {
  if (text === undefined) return HOUR;
  if (!/^[0-9]{1,6}$/.test(text) || Number(text) < 900 || Number(text) > 43_200) {
    return 'DurationSeconds must be a number from 900 to 43200';
  }
  if (Number(text) > role.maxSessionDuration) {
    return 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.';
  }
  if (caller.roleArn !== undefined && Number(text) > HOUR) {
    return 'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining';
  }
  return Number(text);
}
