import { Agent } from 'node:https';
import { type ClientTrust, createClientTrust } from '../../../src/http/client-trust.ts';
import type { Authority } from '../certificates.ts';
import { onCleanUp } from './door.ts';

export interface ChangingTrust {
  readonly trust: ClientTrust;
  change(pem: string): void;
}

/** Trusts by an authority that can be changed. */
export function createChangingTrust(first: string, names: readonly string[] = []): ChangingTrust {
  let pem = first;
  const listeners: ((pem: string) => void)[] = [];
  const authorities = {
    current: () => pem,
    onChange: (listener: (pem: string) => void) => void listeners.push(listener),
  };
  return {
    trust: createClientTrust(authorities, new Set(names)),
    change(next) {
      pem = next;
      for (const listener of listeners) listener(next);
    },
  };
}

/** A caller that keeps one connection. */
export function createCaller(authority: Authority, name = 'caller'): Agent {
  const { certificate, key } = authority.issue({ names: [name] });
  const agent = new Agent({ keepAlive: true, maxSockets: 1, cert: certificate, key });
  onCleanUp(() => agent.destroy());
  return agent;
}
