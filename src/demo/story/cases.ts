import { EXAMPLE_ISSUER, type Examples } from '../examples.ts';
import type { ShellCommand } from '../report.ts';
import type { StoryAws } from './aws.ts';
import type { ExpectedAdmission } from './expected-admission.ts';
import type { ExpectedRun } from './follow-run.ts';

/** A pod of the story, and what should come of it. */
export interface StoryCase {
  readonly id: string;
  readonly title: string;
  readonly file: keyof Examples;
  /** What is said of what the webhook did. */
  readonly explanation: string;
  /** Whether the pod is shown before and after; once is enough. */
  readonly showsChanges?: true;
  readonly admission: Pick<ExpectedAdmission, 'reason' | 'warning'>;
  /** Of its token, where that is not for STS. */
  readonly audience?: string;
  /** Commands that show the same by hand. */
  readonly byHand?: (facts: ByHandFacts) => readonly string[];
  /** Absent: nobody looks whether it runs. */
  readonly run?: ExpectedRun;
}

export interface ByHandFacts {
  readonly issuer: string;
  readonly aws: Pick<StoryAws, 'url'>;
}

const INJECTED = 'web-identity';

/** Whose container writes its object. */
export const WRITTEN: StoryCase = {
  id: 'written',
  title: 'A Job writes an object, as an IAM role and without a key',
  file: 'echoer',
  explanation:
    'Every AWS SDK finds these variables and the token, and assumes the role by itself. No key is stored anywhere.',
  showsChanges: true,
  admission: { reason: INJECTED },
  byHand: ({ aws }) => [`aws s3 cp s3://iam-bridge-demo/ . --recursive --endpoint-url ${aws.url}`],
  run: {
    exitCode: 0,
    text: 'hello from a pod without keys',
    says: /^wrote \d+ bytes to s3:\/\/iam-bridge-demo\/s3echoer-\d+ as arn:aws:sts::111122223333:assumed-role\/s3-echoer\//,
  },
};

/** Those that fail, each for its own reason. */
export const FAILING: readonly StoryCase[] = [
  {
    id: 'no-role',
    title: 'It fails: a ServiceAccount that asks for no role',
    file: 'noRole',
    explanation: 'The webhook leaves it alone, and warns nobody: most pods need no role. This one does.',
    admission: { reason: 'no-role' },
    run: {
      exitCode: 2,
      says: /^s3-echoer: found no AWS credentials: CredentialsProviderError/,
      diagnosis: {
        reason:
          'AWS was never asked. ServiceAccount demo/no-role has no annotation eks.amazonaws.com/role-arn.',
        remedies: [
          'kubectl -n demo annotate serviceaccount no-role eks.amazonaws.com/role-arn=arn:aws:iam::111122223333:role/s3-echoer, then create the pod again',
        ],
      },
    },
  },
  {
    id: 'mistyped-role',
    title: 'It fails: a role by a name that cannot be one',
    file: 'mistypedRole',
    explanation:
      'An account number has 12 digits, and this one has 11. The pod is let in all the same, and whoever runs kubectl reads:',
    admission: {
      reason: 'role-arn-malformed',
      warning: 'role-arn "arn:aws:iam::11112222333:role/s3-echoer" is malformed',
    },
  },
  {
    id: 'wildcard-trust',
    title: 'It fails: a trust policy that compares a wildcard to the letter',
    file: 'wildcardTrust',
    explanation: 'The pod has all that it needs. But the role says who may assume it, and says it wrongly.',
    admission: { reason: INJECTED },
    byHand: () => [
      `iam-bridge trust eval --policy examples/s3-echoer/broken-trust-policy.json --service-account demo/wildcard-trust --issuer ${EXAMPLE_ISSUER}`,
    ],
    run: {
      exitCode: 1,
      says: /AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity/,
      refusal: {
        reason: /StringEquals on .*:sub/,
        remedy: /write "system:serviceaccount:demo:wildcard-trust"/,
      },
    },
  },
  {
    id: 'other-audience',
    title: 'It fails: a token that is for somebody else',
    file: 'otherAudience',
    explanation:
      'The ServiceAccount asks for a token of another audience, and so the webhook has it made for that one.',
    admission: { reason: INJECTED },
    audience: 'vault.example',
    byHand: ({ issuer }) => [
      `kubectl -n demo create token other-audience --audience vault.example | iam-bridge verify --issuer ${issuer} --ca issuer.crt -`,
    ],
    run: {
      exitCode: 1,
      says: /InvalidIdentityToken: Incorrect token audience/,
      refusal: {
        reason: /vault\.example/,
        remedy: /eks\.amazonaws\.com\/audience/,
        remedies: ['take the annotation eks.amazonaws.com/audience away, and create the pod again'],
      },
    },
  },
];

/** What is to be typed for a case. */
export function toCommands({ byHand }: StoryCase, facts: ByHandFacts): ShellCommand[] {
  return (byHand?.(facts) ?? []).map((command) => ({ command }));
}

/** What should come of the pod of a case at the webhook. */
export function toExpectedAdmission(
  { admission, audience }: StoryCase,
  roleArn: string | undefined,
): ExpectedAdmission {
  if (admission.reason !== INJECTED || roleArn === undefined) return admission;
  return { ...admission, roleArn, ...(audience !== undefined && { audience }) };
}
