import type { TokenClaims } from '../../../web-identity/token/claims.ts';
import type { Finding, Verdict } from '../../../web-identity/token/verdict.ts';

/** The verdict as a caller gets it. The token is not in it, and of its claims only those whose meaning is known. */
export function renderVerdict(verdict: Verdict): string {
  return `${JSON.stringify(toAnswer(verdict))}\n`;
}

function toAnswer(verdict: Verdict): object {
  if (verdict.kind === 'refused') {
    const { rule, code, detail } = verdict;
    return { accepted: false, code, rule, detail, warnings: [] };
  }
  const { kid, claims, warnings } = verdict;
  return {
    accepted: true,
    code: 'accepted',
    detail: `signed by key ${kid}, and every rule holds`,
    kid,
    claims: pickClaims(claims),
    warnings: warnings.map(({ rule, code, detail }: Finding) => ({ rule, code, detail })),
  };
}

function pickClaims({ iss, sub, aud, azp, exp, iat, nbf, jti, serviceAccount }: TokenClaims): object {
  return { iss, sub, aud, azp, exp, iat, nbf, jti, serviceAccount };
}
