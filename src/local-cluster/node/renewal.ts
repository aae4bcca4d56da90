/** A token that the API server has granted. */
export interface TokenGrant {
  readonly token: string;
  /** ms since epoch */
  readonly expiresAt: number;
  /** ms, as granted: the API server may shorten what was asked for. */
  readonly lifetime: number;
}

const DAY = 24 * 3_600_000;
const MAX_JITTER = 10_000;

/**
 * Whether kubelet would ask for a new token by now: when 80 % of its life is over, or it is older than a day, or it was
 * issued in the future (kubelet's token manager). Up to ten seconds earlier, so that not all nodes ask at once.
 * @param now ms since epoch
 * @param random 0 inclusive to 1 exclusive
 */
export function isRenewalDue({ expiresAt, lifetime }: TokenGrant, now: number, random: number): boolean {
  const issuedAt = expiresAt - lifetime;
  const jitter = random * MAX_JITTER;
  return now < issuedAt || now > issuedAt + DAY - jitter || now > expiresAt - lifetime / 5 - jitter;
}
