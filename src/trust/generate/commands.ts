import { quoteWord } from '../../base/shell.ts';
import type { TrustPlan } from './inputs.ts';
import { createTrustDocument } from './statement.ts';

/** Steps that each have a sentence for people and the commands for a shell. */
export interface CommandStep {
  readonly why: string;
  readonly commands: readonly string[];
}

/** The AWS CLI's way: provider once for each cluster, then the role, then the annotation. */
export function listAwsSteps({
  caller,
  roleName,
  roleArn,
  serviceAccount,
}: TrustPlan): readonly CommandStep[] {
  const { provider, audience } = caller;
  const document = JSON.stringify(createTrustDocument(caller), null, 2);
  return [
    {
      why: 'Once for each cluster: IAM learns to trust the issuer.',
      commands: [
        lines(
          'aws iam create-open-id-connect-provider',
          `--url ${quoteWord(provider.url)}`,
          `--client-id-list ${quoteWord(audience)}`,
        ),
      ],
    },
    {
      why: 'The role, with the policy that says who may assume it.',
      commands: [
        `cat > trust-policy.json <<'EOF'\n${document}\nEOF`,
        lines(
          'aws iam create-role',
          `--role-name ${quoteWord(roleName)}`,
          '--assume-role-policy-document file://trust-policy.json',
        ),
      ],
    },
    {
      why: 'Or, for a role that is there already:',
      commands: [
        lines(
          'aws iam update-assume-role-policy',
          `--role-name ${quoteWord(roleName)}`,
          '--policy-document file://trust-policy.json',
        ),
      ],
    },
    {
      why: 'The ServiceAccount asks for the role.',
      commands: [
        lines(
          `kubectl annotate serviceaccount ${serviceAccount.name}`,
          `--namespace ${serviceAccount.namespace}`,
          `eks.amazonaws.com/role-arn=${quoteWord(roleArn)}`,
        ),
      ],
    },
  ];
}

/** eksctl's way; undefined where the issuer is no EKS cluster's, and eksctl knows no other. */
export function listEksctlSteps({
  caller,
  roleArn,
  serviceAccount,
}: TrustPlan): readonly CommandStep[] | undefined {
  const region = findEksRegion(caller.provider.url);
  if (region === undefined) return undefined;
  const cluster = ['--cluster "$CLUSTER"', `--region ${region}`];
  // The issuer does not say what the cluster is called.
  return [
    {
      why: 'Once for each cluster, in place of create-open-id-connect-provider (its only client id is sts.amazonaws.com).',
      commands: [lines('eksctl utils associate-iam-oidc-provider', ...cluster, '--approve')],
    },
    {
      why: 'In place of the annotation: the ServiceAccount is created, or changed, to ask for the role that was made above.',
      commands: [
        lines(
          'eksctl create iamserviceaccount',
          ...cluster,
          `--namespace ${serviceAccount.namespace}`,
          `--name ${serviceAccount.name}`,
          `--attach-role-arn ${quoteWord(roleArn)}`,
          '--override-existing-serviceaccounts',
          '--approve',
        ),
      ],
    },
  ];
}

/** The region of an EKS cluster's issuer, `https://oidc.eks.<region>.amazonaws.com/id/<32 hex>`; undefined for others. */
function findEksRegion(issuer: string): string | undefined {
  return /^https:\/\/oidc\.eks\.([a-z0-9-]+)\.(?:amazonaws\.com(?:\.cn)?|api\.aws)\/id\/[0-9A-F]{32}$/.exec(
    issuer,
  )?.[1];
}

function lines(...parts: readonly string[]): string {
  return parts.join(' \\\n  ');
}
