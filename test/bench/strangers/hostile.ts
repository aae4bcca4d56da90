/**
 * Strangers, in a process of their own: `node hostile.ts PORT PATH COUNT KIND SMALL`. Writes `ready` once all connections stand
 * and have done what their kind does; whoever is cut off comes back after five seconds.
 */
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { type Kind, LARGE } from './kinds.ts';

const [port = '', path = '', count = '', kind = '', small = ''] = process.argv.slice(2);
const ADDRESS = '127.0.0.1';
const RETURN = 5_000;

/** Opens a connection and does what its kind does. @param settled told once it stands */
type Behaviour = (settled: () => void) => Socket;

function openTls(established: (socket: Socket) => void): Socket {
  const where = { host: ADDRESS, port: Number(port), rejectUnauthorized: false };
  const socket = connectTls(where, () => established(socket));
  return socket;
}

const toHead = (length: number): string =>
  `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n`;

/** All of a body but its last byte, as fast as the server takes it. */
function sendBody(length: number): Behaviour {
  const unfinished = Buffer.alloc(length - 1, '[');
  return (settled) =>
    openTls((socket) => {
      socket.write(toHead(length));
      socket.write(unfinished);
      // A body that waits is not read: what the socket holds by now is all that goes out.
      setTimeout(settled, 200);
    });
}

/** One byte after the other, a second apart. */
function drip(head: string, more: string): Behaviour {
  return (settled) =>
    openTls((socket) => {
      socket.write(head);
      const timer = setInterval(() => socket.write(more), 1_000);
      socket.on('close', () => clearInterval(timer));
      settled();
    });
}

const BEHAVIOURS: Readonly<Record<Kind, Behaviour>> = {
  'large bodies': sendBody(LARGE),
  'small bodies': sendBody(Number(small)),
  'a byte a second': drip(toHead(4_000), '['),
  'idle after the handshake': (settled) => openTls(settled),
  'idle after a request': (settled) =>
    openTls((socket) => {
      socket.write('GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n');
      socket.once('data', settled);
    }),
  'no handshake': (settled) => connectTcp({ host: ADDRESS, port: Number(port) }, settled),
  'header dribble': drip(`GET ${path} HTTP/1.1\r\nhost: x\r\nx-slow: `, 'x'),
};

const found = Object.entries(BEHAVIOURS).find(([name]) => name === kind);
if (found === undefined) throw new Error(`${kind}: no such kind`);
const [, behave] = found;

let standing = 0;
const counts = { opened: 0, cut: 0 };

function keepOne(): void {
  let first = true;
  const open = (): void => {
    counts.opened += 1;
    const settle = (): void => {
      if (!first) return;
      first = false;
      standing += 1;
      if (standing === Number(count)) process.stdout.write('ready\n');
    };
    const socket = behave(settle);
    socket.on('error', () => {});
    socket.on('data', () => {});
    socket.on('close', () => {
      counts.cut += 1;
      // Who is turned away before has done what it could.
      settle();
      setTimeout(open, RETURN);
    });
  };
  open();
}

/** A little apart: the handshakes are the client's work as well. */
for (let index = 0; index < Number(count); index += 1) setTimeout(keepOne, index * 4);
process.on('SIGTERM', () => {
  process.stdout.write(`${JSON.stringify(counts)}\n`);
  process.exit(0);
});
