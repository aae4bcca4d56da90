import type { Reason } from '../../../authenticator/reasons.ts';
import { DEFAULT_SETTINGS } from '../../../authenticator/settings.ts';
import { readStsReply } from '../../../authenticator/sts/answer.ts';
import { createHttpsTransport } from '../../../authenticator/sts/https-transport.ts';
import { toStsPath } from '../../../authenticator/sts/request.ts';
import { type CheckedToken, inspectToken, type TokenCheck } from '../../../authenticator/token/check.ts';
import { createHostTable } from '../../../authenticator/token/hosts.ts';
import { type CallerIdentity, toCallerIdentity } from '../../../aws/caller-identity.ts';
import { createFindProxy } from '../../../aws/find-proxy.ts';
import { readAwsAuthorities } from '../../aws-authorities.ts';
import type { IamVerifySettings } from './settings.ts';

/** What became of a token. */
export interface IamVerification {
  readonly checks: readonly TokenCheck[];
  /** What could be read of it; undefined where it is refused by its form. */
  readonly token: CheckedToken | undefined;
  /** Whom STS named. */
  readonly identity: CallerIdentity | undefined;
  /** Why it is refused; undefined where it is not. */
  readonly refusal: { readonly reason: Reason; readonly detail: string } | undefined;
}

/** ms; somebody waits for the answer */
const PATIENCE = 10_000;

/**
 * Judges a token by its form, and by STS unless that is not to be asked.
 * @param now ms since epoch
 * @throws Error where a file of authorities is wrong
 */
export async function verifyIamToken(
  text: string,
  settings: IamVerifySettings,
  now: number,
): Promise<IamVerification> {
  const { partition, extraHosts, region } = settings;
  const findHost = createHostTable({ partition, extraHosts, ownRegion: () => region });
  const { maxTokenLength: maxLength } = DEFAULT_SETTINGS;
  const { verdict, checks } = inspectToken(text, { maxLength, findHost, now });
  if (verdict.kind === 'refused') return { checks, token: undefined, identity: undefined, refusal: verdict };
  const about = { checks, token: verdict };
  if (settings.offline) return { ...about, identity: undefined, refusal: undefined };
  return { ...about, ...(await askSts(verdict, settings)) };
}

async function askSts(
  token: CheckedToken,
  { clusterId, partition, authorities, proxies, stsAddress }: IamVerifySettings,
): Promise<Pick<IamVerification, 'identity' | 'refusal'>> {
  const transport = createHttpsTransport({
    clusterId,
    authorities: await readAwsAuthorities(authorities),
    findProxy: createFindProxy(proxies),
    maxSockets: 1,
    locate: stsAddress && (() => stsAddress),
  });
  try {
    const reply = await transport.call({ host: token.host, path: toStsPath(token), patience: PATIENCE });
    const outcome = readStsReply(reply);
    if (outcome.kind === 'refused') return refuse(outcome.reason, outcome.detail);
    const identity = toCallerIdentity(outcome.result, token.claim.accessKeyId);
    if ('problem' in identity) return refuse('identity-unreadable', identity.problem);
    if (identity.partition !== partition) return refuse('partition-mismatch', identity.partition);
    return { identity, refusal: undefined };
  } finally {
    transport.close();
  }
}

function refuse(reason: Reason, detail: string): Pick<IamVerification, 'identity' | 'refusal'> {
  return { identity: undefined, refusal: { reason, detail } };
}
