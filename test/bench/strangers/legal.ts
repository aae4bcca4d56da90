import { request as requestPlain } from 'node:http';
import { request as requestTls } from 'node:https';
import { pause } from '../ready.ts';

/** Whoever is legal has an address of its own. */
const ADDRESS = '127.0.0.77';

/** What a legal caller asks. */
export interface LegalCall {
  readonly port: number;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly tls: boolean;
  /** A text that the answer has. */
  readonly expected: string;
  /** By the number of the call; undefined: none. */
  readonly body: ((index: number) => string) | undefined;
}

export interface CallFigures {
  readonly calls: number;
  /** Of these, without a right answer. */
  readonly failed: number;
  /** ms, all of them, on new connections each */
  readonly times: readonly number[];
}

/** Calls again and again, `interval` ms after one another has begun, until `seconds` are over. */
export async function callFor(call: LegalCall, seconds: number, interval: number): Promise<CallFigures> {
  const under: Promise<number | undefined>[] = [];
  for (const end = performance.now() + seconds * 1_000; performance.now() < end; await pause(interval)) {
    under.push(callOnce(call, under.length).catch(() => undefined));
  }
  const times = await Promise.all(under);
  const right = times.filter((time) => time !== undefined);
  return { calls: times.length, failed: times.length - right.length, times: right };
}

/** @returns ms @throws Error where there is no right answer within ten seconds */
export function callOnce(
  { port, method, path, tls, expected, body: toBody }: LegalCall,
  index: number,
): Promise<number> {
  const body = toBody?.(index);
  const headers =
    body === undefined
      ? {}
      : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  const where = { host: '127.0.0.1', localAddress: ADDRESS, port, method, path, headers, agent: false };
  const since = performance.now();
  return new Promise((resolve, reject) => {
    const ask = tls ? requestTls : requestPlain;
    const sent = ask({ ...where, rejectUnauthorized: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode === 200 && text.includes(expected)) resolve(performance.now() - since);
        else reject(new Error(`${response.statusCode}: ${text.slice(0, 200)}`));
      });
    });
    sent.setTimeout(10_000, () => sent.destroy(new Error('no answer within 10 s')));
    sent.on('error', reject);
    sent.end(body);
  });
}
