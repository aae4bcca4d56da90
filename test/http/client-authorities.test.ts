import { Agent } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { afterEach, expect, test } from 'vitest';
import type { DirectHandler } from '../../src/http/routing.ts';
import type { ClientAuthorities } from '../../src/http/server.ts';
import { createAuthority } from '../support/certificates.ts';
import { call } from '../support/http/client.ts';
import { cleanUp, type Door, onCleanUp, openDoor } from '../support/http/door.ts';
import { until } from '../support/until.ts';

afterEach(cleanUp);

const first = createAuthority('first');
const second = createAuthority('second');

/** A server that says whether it knows its caller, and whose authority can be changed. */
async function openRig(): Promise<{ door: Door; change: (pem: string) => void }> {
  let pem = first.certificate;
  const listeners: ((pem: string) => void)[] = [];
  const clientAuthorities: ClientAuthorities = {
    current: () => pem,
    onChange: (listener) => void listeners.push(listener),
  };
  const answer: DirectHandler = ({ socket }, response) => {
    // The server is a TLS server.
    response.end(String((socket as TLSSocket).authorized));
  };
  const door = await openDoor({ clientAuthorities, direct: new Map([['/who', answer]]) });
  const change = (next: string): void => {
    pem = next;
    for (const listener of listeners) listener(next);
  };
  return { door, change };
}

function createCaller(authority = first): Agent {
  const { certificate, key } = authority.issue({ names: ['caller'] });
  const agent = new Agent({ keepAlive: true, maxSockets: 1, cert: certificate, key });
  onCleanUp(() => agent.destroy());
  return agent;
}

const ask = async (door: Door, agent: Agent): Promise<string> =>
  (await call(door, { path: '/who', agent })).text;

test('a caller is known by a certificate of the authority, and not turned away without', async () => {
  const { door } = await openRig();
  expect(await ask(door, createCaller())).toBe('true');
  expect(await ask(door, createCaller(second))).toBe('false');
  expect(await ask(door, new Agent())).toBe('false');
});

test('whom an earlier authority vouched for is a stranger after the change, on kept connections too', async () => {
  const { door, change } = await openRig();
  const agent = createCaller();
  expect(await ask(door, agent)).toBe('true');
  change(second.certificate);
  await until(() => Object.keys(agent.freeSockets).length === 0, 'the kept connection is closed');
  expect(await ask(door, agent)).toBe('false');
  expect(await ask(door, createCaller(second))).toBe('true');
});
