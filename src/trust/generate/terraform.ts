import { toConditionPrefix } from '../provider.ts';
import type { TrustPlan } from './inputs.ts';

/**
 * Provider and role for Terraform's AWS provider. From version 5.81 it needs no thumbprint, which IAM fetches by itself.
 * Source: Terraform Registry, hashicorp/aws, `aws_iam_openid_connect_provider` and `aws_iam_role`.
 */
export function renderTerraform({ caller, roleName }: TrustPlan): string {
  const prefix = toConditionPrefix(caller.provider.url);
  return `resource "aws_iam_openid_connect_provider" "cluster" {
  url            = ${quote(caller.provider.url)}
  client_id_list = [${quote(caller.audience)}]
}

resource "aws_iam_role" ${quote(toLabel(roleName))} {
  name = ${quote(roleName)}

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Federated = aws_iam_openid_connect_provider.cluster.arn }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = {
        StringEquals = {
          ${quote(`${prefix}:sub`)} = ${quote(caller.sub)}
          ${quote(`${prefix}:aud`)} = ${quote(caller.audience)}
        }
      }
    }]
  })
}
`;
}

/** HCL's strings are JSON's, but for templates. */
function quote(text: string): string {
  return JSON.stringify(text)
    .replaceAll('${', () => '$${')
    .replaceAll('%{', '%%{');
}

/** A resource's name: letters, digits, dashes and underscores, no digit first. */
function toLabel(name: string): string {
  return name.replace(/[^A-Za-z0-9_-]/g, '_').replace(/^(?=[^A-Za-z_])/, '_');
}
