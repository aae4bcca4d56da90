import type { Expectation } from '../admission/expectations.ts';
import type { Examples } from '../manifests.ts';

/** A pod that gets no role. */
export interface LeftOut {
  readonly id: string;
  readonly title: string;
  readonly file: keyof Examples;
  readonly explanation: string;
  readonly expected: Expectation;
}

export const LEFT_OUT: readonly LeftOut[] = [
  {
    id: 'no-role',
    title: 'A pod that asks for no role',
    file: 'noRole',
    explanation: 'That is as it should be, so nobody is warned.',
    expected: { reason: 'no-role' },
  },
  {
    id: 'mistyped-role',
    title: 'A pod that asks for a role that cannot be',
    file: 'mistypedRole',
    explanation:
      'An account number has 12 digits, and this one has 11. The pod is let in all the same, and whoever runs kubectl reads:',
    expected: {
      reason: 'role-arn-malformed',
      warning: 'role-arn "arn:aws:iam::11112222333:role/s3-echoer" of the ServiceAccount is malformed',
    },
  },
];

/** What is said of the pod that gets its role. */
export const INJECTED_EXPLANATION =
  'Every AWS SDK finds these variables and the token, and assumes the role by itself. No key is stored anywhere.';
