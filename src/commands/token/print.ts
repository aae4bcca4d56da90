import type { Printed } from './request.ts';

export interface FinishedToken {
  /** `client.authentication.k8s.io/…` */
  readonly apiVersion: string;
  readonly token: string;
  /** ms since epoch */
  readonly expiration: number;
}

const KIND = 'ExecCredential';

/** A token as kubectl reads it (an ExecCredential), or the part of it that was asked for; without a line break. */
export function renderToken({ apiVersion, token, expiration }: FinishedToken, printed: Printed): string {
  // Whole seconds, and never later than it is.
  const expirationTimestamp = `${new Date(expiration).toISOString().slice(0, 19)}Z`;
  const { what, format } = printed;
  if (what === 'credential') {
    return format === 'json'
      ? JSON.stringify({ kind: KIND, apiVersion, spec: {}, status: { expirationTimestamp, token } })
      : // What the AWS CLI makes of it: scalars in the order of their names, a line each level.
        `${apiVersion}\t${KIND}\nSTATUS\t${expirationTimestamp}\t${token}`;
  }
  const part = what === 'token' ? token : expirationTimestamp;
  return format === 'json' ? JSON.stringify(part) : part;
}
