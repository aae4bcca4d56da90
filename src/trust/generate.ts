import { type CommandStep, listAwsSteps, listEksctlSteps } from './generate/commands.ts';
import type { TrustPlan } from './generate/inputs.ts';
import { createTrustDocument, type TrustDocument } from './generate/statement.ts';
import { renderTerraform } from './generate/terraform.ts';

/** Everything that a ServiceAccount needs to be let into a role. */
export interface GeneratedTrust {
  readonly policy: TrustDocument;
  readonly providerArn: string;
  readonly roleArn: string;
  readonly aws: readonly CommandStep[];
  /** Absent where the issuer is no EKS cluster's. */
  readonly eksctl?: readonly CommandStep[];
  /** HCL. */
  readonly terraform: string;
}

export function generateTrust(plan: TrustPlan): GeneratedTrust {
  const eksctl = listEksctlSteps(plan);
  return {
    policy: createTrustDocument(plan.caller),
    providerArn: plan.caller.provider.arn,
    roleArn: plan.roleArn,
    aws: listAwsSteps(plan),
    ...(eksctl === undefined ? {} : { eksctl }),
    terraform: renderTerraform(plan),
  };
}
