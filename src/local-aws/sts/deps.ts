import type { AssumeRoleRequest, StsVerdict } from '../../web-identity/sts/verdict.ts';
import type { AuthenticationDeps } from '../query/authenticate.ts';
import type { LocalRole } from '../role.ts';

export interface StsDeps extends AuthenticationDeps {
  /** Whether a web identity token gets the role. */
  judge(request: AssumeRoleRequest): Promise<StsVerdict>;
  findRole(arn: string): LocalRole | undefined;
}
