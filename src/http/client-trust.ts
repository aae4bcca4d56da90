import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';

export interface ClientAuthorities {
  /** PEM */
  current(): string;
  onChange(listener: (pem: string) => void): void;
}

/** What a caller's certificate makes of it; `unnamed`: an authority signed it, for somebody else. */
export type CallerStanding = 'stranger' | 'unnamed' | 'accepted';

/** Which callers a server knows by their certificates. The server fills it, handlers ask. */
export interface ClientTrust {
  readonly authorities: ClientAuthorities;
  /** Counts the changes of the authorities: whoever came under an earlier one was judged by that. */
  era(): number;
  /** Judges a connection whose handshake is done. @param era in which it began */
  admit(socket: Socket, era: number): CallerStanding;
  standing(socket: Socket): CallerStanding;
}

/** @param names common names; empty: whoever the authorities vouch for */
export function createClientTrust(authorities: ClientAuthorities, names: ReadonlySet<string>): ClientTrust {
  const admitted = new WeakMap<Socket, { readonly era: number; readonly standing: CallerStanding }>();
  let now = 0;
  authorities.onChange(() => {
    now += 1;
  });
  const standing = (socket: Socket): CallerStanding => {
    const found = admitted.get(socket);
    return found?.era === now ? found.standing : 'stranger';
  };
  return {
    authorities,
    era: () => now,
    admit(socket, era) {
      // Once for each connection: reading a certificate takes longer than an answer.
      admitted.set(socket, { era, standing: judge(socket, names) });
      return standing(socket);
    },
    standing,
  };
}

function judge(socket: Socket, names: ReadonlySet<string>): CallerStanding {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return 'stranger';
  if (names.size === 0) return 'accepted';
  // Without its chain: Node leaked memory for the detailed form (CVE-2025-59464).
  const certificate = socket.getPeerCertificate(false);
  const name: unknown = certificate.subject?.CN;
  // A subject with several common names gives a list: which of them counts is nobody's to choose.
  return typeof name === 'string' && names.has(name) ? 'accepted' : 'unnamed';
}
