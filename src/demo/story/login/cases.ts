import type { Reason } from '../../../authenticator/reasons.ts';
import type { ClusterUser } from '../../report.ts';
import { MAPPED } from './authenticator.ts';
import { GET_TOKEN } from './get-token.ts';
import { ALICE, BOB, type Signers } from './people.ts';

/** A token of the story, and what should come of it. */
export interface LoginCase {
  readonly id: string;
  readonly title: string;
  readonly signer: keyof Signers;
  /** ms; absent: it is signed now, by `iam-bridge get-token`. */
  readonly age?: number;
  /** What does the same by hand. */
  readonly byHand: readonly string[];
  /** For somebody who sees it for the first time. */
  readonly explanation: string;
  readonly expected: ExpectedLogin;
  /** What helps, one sentence each. */
  readonly remedies: readonly string[];
}

export interface ExpectedLogin {
  readonly reason: Reason;
  /** Absent: nobody. */
  readonly user?: ClusterUser;
  /** What STS should answer: an ARN or the code of an error; absent: it should not be asked. */
  readonly sts?: string;
}

/** With a kubeconfig that has kubectl run `iam-bridge get-token`. */
const WHO_AM_I = 'kubectl auth whoami';

export const LOGINS: readonly LoginCase[] = [
  {
    id: 'login',
    title: 'A user logs in to the cluster by IAM',
    signer: 'alice',
    byHand: [['iam-bridge', ...GET_TOKEN].join(' '), WHO_AM_I],
    explanation:
      'The token is a signed question to STS: who am I? The key stays where it is, and the cluster knows no password.',
    expected: { reason: 'granted', user: MAPPED, sts: ALICE },
    remedies: [],
  },
  {
    id: 'forged-token',
    title: 'It fails: a forged token, by the id of the key and without the key',
    signer: 'forger',
    byHand: [`AWS_SECRET_ACCESS_KEY=guessed ${WHO_AM_I}`],
    explanation: 'Ids of keys are no secrets. Whoever knows one can write a token, and not sign it.',
    expected: { reason: 'signature-mismatch', sts: 'SignatureDoesNotMatch' },
    remedies: [
      'where it is your own token: name the cluster as its authenticator does, and use the right key',
    ],
  },
  {
    id: 'expired-token',
    title: 'It fails: a token that was signed 20 minutes ago',
    signer: 'alice',
    age: 20 * 60_000,
    byHand: [`${WHO_AM_I} --token=k8s-aws-v1.…`],
    explanation: 'The same user, the same key, and a token that somebody has kept. STS need not be asked.',
    expected: { reason: 'token-expired' },
    remedies: [
      'have kubectl run iam-bridge get-token (users[].user.exec in the kubeconfig): it asks for a new one in time',
    ],
  },
  {
    id: 'unmapped',
    title: 'It fails: a user of the account whom no mapping names',
    signer: 'bob',
    byHand: [`AWS_PROFILE=bob ${WHO_AM_I}`],
    explanation: 'STS says who that is, and the cluster has no user for it. The account alone opens nothing.',
    expected: { reason: 'unmapped', sts: BOB },
    remedies: [`name ${BOB} in server.mapUsers of config.yaml, or map a role that this user may assume`],
  },
];
