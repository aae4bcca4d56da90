import type { ServerDescriptor } from '../server/descriptor.ts';
import { WEBHOOK_FLAGS } from './flags.ts';
import { readWebhookSettings, type WebhookCommandSettings } from './settings.ts';

const HEAD = `iam-bridge webhook: gives pods the IAM role of their ServiceAccount

A mutating admission webhook. A pod whose ServiceAccount is annotated eks.amazonaws.com/role-arn gets
AWS_ROLE_ARN, AWS_WEB_IDENTITY_TOKEN_FILE and the token volume that AWS SDKs need to assume the role.
It takes the flags of amazon-eks-pod-identity-webhook, so that its manifests run with another image.

Example
  iam-bridge webhook --in-cluster=false --tls-cert tls.crt --tls-key tls.key --port 8443 --aws-default-region eu-west-1

Flags
`;

const FOOT = `

Exit codes: 0 stopped by a signal, 2 usage, or a file that is missing or wrong, 3 the cluster or a port could not be had.
Annotations, metrics and reason codes: docs/webhook.md
`;

/** `iam-bridge webhook`, and `webhook` under the Go program's name. */
export const WEBHOOK: ServerDescriptor<typeof WEBHOOK_FLAGS, WebhookCommandSettings> = {
  name: 'webhook',
  help: { head: HEAD, foot: FOOT },
  flags: WEBHOOK_FLAGS,
  read: readWebhookSettings,
  load: async () => ({ create: (await import('./create.ts')).createWebhook }),
};
