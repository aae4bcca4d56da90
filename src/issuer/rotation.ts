import { quoteWord } from '../base/shell.ts';

const HOUR = 3_600_000;

/**
 * Kept beyond the longest token life before a key may go: STS takes a token for five minutes after it expired, clocks
 * differ, and an API server may sign with the old key until its restart is through.
 */
const RETIREMENT_MARGIN = HOUR;

/** When the last token that a key may have signed is of no use to anybody. All in ms. */
export function toRetirement(lastSignedAt: number, tokenLifetime: number): number {
  return lastSignedAt + tokenLifetime + RETIREMENT_MARGIN;
}

export interface RotationFacts {
  /** ms since epoch */
  readonly start: number;
  /** ms: of the longest token that is presented to STS */
  readonly tokenLifetime: number;
  /** ms: how long STS may go on with a JWKS that it has fetched; AWS does not publish it */
  readonly cacheTime: number;
  /** Absent: the commands have `$ISSUER`. */
  readonly issuer?: string | undefined;
  /** Where it is published; absent: the commands have `$PLACE`. */
  readonly place?: string | undefined;
  /** The key ids that the cluster publishes before the rotation: those that go. Empty: `$OLD_KID` stands for them. */
  readonly oldKids: readonly string[];
}

export interface RotationStep {
  readonly title: string;
  /** ms since epoch: not earlier than this */
  readonly notBefore: number;
  readonly why: string;
  /** What to run, or flags to set, a line each. */
  readonly how: readonly string[];
  /** What shows that it is done. */
  readonly check: readonly string[];
  /** The same step on a kops cluster; empty where kops has none. */
  readonly kops: readonly string[];
}

const OLD = { key: '/etc/kubernetes/pki/sa.key', public: '/etc/kubernetes/pki/sa.pub' };
const NEW = { key: '/etc/kubernetes/pki/sa-new.key', public: '/etc/kubernetes/pki/sa-new.pub' };
const KOPS_ROLL = ['kops update cluster --yes', 'kops rolling-update cluster --yes'];

/**
 * The order in which a signing key is replaced so that no token is refused at any time: published before it signs, and
 * published until its last token is gone. The API servers forget the old key before it is taken out of what is published,
 * since the next publication from the cluster would bring it back.
 */
export function planRotation(facts: RotationFacts): readonly RotationStep[] {
  const words = toWords(facts);
  const { start, cacheTime, tokenLifetime } = facts;
  const switchAt = start + cacheTime;
  return [
    generate(start),
    accept(start),
    publishBoth(start, words),
    sign(switchAt, cacheTime),
    wait(switchAt, tokenLifetime, words),
    dropOld(toRetirement(switchAt, tokenLifetime), words),
  ];
}

interface Words {
  readonly publish: string;
  readonly drift: string;
  readonly drops: string;
}

/** Somebody pastes them into a shell: nothing in a key id or URL may become a command. */
function toWords({ issuer, place, oldKids }: RotationFacts): Words {
  const url = issuer === undefined ? '"$ISSUER"' : quoteWord(issuer);
  const to = place === undefined ? '"$PLACE"' : quoteWord(place);
  const kids = oldKids.length === 0 ? ['"$OLD_KID"'] : oldKids.map(quoteWord);
  return {
    publish: `iam-bridge publish --to ${to} --issuer ${url} --from cluster`,
    drift: `iam-bridge issuer drift --issuer ${url}`,
    drops: kids.map((kid) => ` --drop ${kid}`).join(''),
  };
}

function generate(notBefore: number): RotationStep {
  return {
    title: 'Generate the new key',
    notBefore,
    why: 'On one control plane node; copy both files to the others. Nothing uses it yet.',
    how: [`iam-bridge keys generate --type rsa --out ${NEW.key} --public ${NEW.public}`],
    check: [`iam-bridge keys jwks --from ${NEW.public}`],
    kops: ['kops create keypair service-account'],
  };
}

function accept(notBefore: number): RotationStep {
  return {
    title: 'Let every API server accept the new key; restart them one by one',
    notBefore,
    why: 'What one API server signs, all must accept. The flags are read at start only.',
    how: [
      `kube-apiserver --service-account-key-file=${OLD.public} --service-account-key-file=${NEW.public}`,
      `  still with --service-account-signing-key-file=${OLD.key}`,
    ],
    check: ['iam-bridge keys jwks --from cluster   # both keys, at each API server'],
    kops: KOPS_ROLL,
  };
}

function publishBoth(notBefore: number, { publish, drift }: Words): RotationStep {
  return {
    title: 'Publish both keys',
    notBefore,
    why: 'STS must know the new key before it meets the first token that it signed.',
    how: [publish],
    check: [drift],
    // kops publishes by itself where it has a discovery store.
    kops: [],
  };
}

function sign(notBefore: number, cacheTime: number): RotationStep {
  return {
    title: 'Sign with the new key; restart API servers and controller managers one by one',
    notBefore,
    why: `STS may go on with keys that it fetched up to ${toHours(cacheTime)} ago.`,
    how: [
      `kube-apiserver --service-account-signing-key-file=${NEW.key}`,
      `  still with --service-account-key-file=${OLD.public} --service-account-key-file=${NEW.public}`,
      `kube-controller-manager --service-account-private-key-file=${NEW.key}`,
    ],
    check: ['kubectl create token default --audience sts.amazonaws.com | iam-bridge verify -'],
    kops: ['kops promote keypair service-account', ...KOPS_ROLL],
  };
}

function wait(notBefore: number, tokenLifetime: number, { drift }: Words): RotationStep {
  return {
    title: 'Wait until the last token of the old key has expired',
    notBefore,
    why:
      `Tokens for STS live up to ${toHours(tokenLifetime)}; another hour is for clocks and restarts. Tokens for the API ` +
      'may be extended to a year: pods that never read theirs again need a restart before step 6.',
    how: [],
    check: [drift],
    kops: [],
  };
}

function dropOld(notBefore: number, { publish, drift, drops }: Words): RotationStep {
  return {
    title: 'Drop the old key: from the API servers, then from what is published',
    notBefore,
    why: 'As long as it is accepted, whoever has a copy of it can sign.',
    how: [`kube-apiserver --service-account-key-file=${NEW.public}   # only`, `${publish}${drops}`],
    check: ['iam-bridge keys jwks --from cluster   # the new key only', drift],
    kops: ['kops distrust keypair service-account', ...KOPS_ROLL],
  };
}

function toHours(milliseconds: number): string {
  return `${Math.round((milliseconds / HOUR) * 100) / 100} h`;
}
