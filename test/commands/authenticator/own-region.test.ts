import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createOwnRegion, type OwnRegion } from '../../../src/commands/authenticator/own-region.ts';
import { createFakeClock, type FakeClock } from '../../support/fake-clock.ts';
import { createRecordingLog, type RecordingLog } from '../../support/recording-log.ts';
import { until } from '../../support/until.ts';

const DOCUMENT = JSON.stringify({ accountId: '111122223333', region: 'eu-south-9' });

let metadata: Server;
let isUp: boolean;
let asked: number;
/** Set where the service takes connections and says nothing. */
let held: ServerResponse | undefined;
let isMute: boolean;
let clock: FakeClock;
let log: RecordingLog;
let own: OwnRegion;

beforeEach(async () => {
  isUp = false;
  isMute = false;
  asked = 0;
  held = undefined;
  clock = createFakeClock();
  log = createRecordingLog();
  metadata = createServer(({ url }, response) => {
    const isToken = url === '/latest/api/token';
    if (isToken) asked += 1;
    if (isMute) held = response;
    else response.writeHead(isUp ? 200 : 503).end(isToken ? 'token' : DOCUMENT);
  });
  await new Promise<void>((resolve) => metadata.listen(0, '127.0.0.1', resolve));
});

afterEach(async () => {
  await own.part.stop();
  metadata.closeAllConnections();
  await new Promise((resolve) => metadata.close(resolve));
});

async function start(region?: string): Promise<void> {
  const { port } = metadata.address() as AddressInfo;
  own = createOwnRegion({ region, metadataEndpoint: `http://127.0.0.1:${port}` }, { clock, log });
  await own.part.start();
}

/** One attempt fails after the other. @returns ms between them */
async function failTimes(times: number): Promise<number[]> {
  const waits: number[] = [];
  for (let time = 1; time <= times; time += 1) {
    await until(() => asked === time && clock.sleepers().length === 1, 'it waits for the next attempt');
    const [wait = 0] = clock.sleepers();
    waits.push(wait / 1_000);
    if (time < times) clock.advance(wait);
  }
  return waits;
}

describe("the server's own region", () => {
  test('is the one that is set, and nobody is asked', async () => {
    await start('eu-west-1');
    expect(own.current()).toBe('eu-west-1');
    await own.part.stop();
    expect([asked, log.lines]).toEqual([0, []]);
  });

  test('is that of the instance, and is not asked for again', async () => {
    isUp = true;
    await start();
    await until(() => own.current() !== undefined, 'it is known');
    expect(own.current()).toBe('eu-south-9');
    expect([asked, clock.sleepers()]).toEqual([1, []]);
    expect(log.lines.map(({ message }) => message)).toEqual(['region of this instance']);
  });

  test('is asked for less and less often, at least every five minutes, for as long as the server runs', async () => {
    await start();
    expect(await failTimes(12)).toEqual([2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300, 300]);
    expect(own.current()).toBeUndefined();
  });

  test('comes to be known however late the metadata service is, and that it is not is told once', async () => {
    await start();
    await failTimes(20);
    isUp = true;
    clock.advance(300_000);
    await until(() => own.current() === 'eu-south-9', 'it is known');
    expect(log.lines.map(({ message }) => message)).toEqual([
      'no region is known: set AWS_REGION where tokens name a region newer than this program, or names of nodes are asked for',
      'region of this instance',
    ]);
    expect(log.lines[0]?.fields).toEqual({
      problem: 'PUT /latest/api/token answered HTTP 503',
    });
  });

  test.each([
    ['waits', false, () => clock.sleepers().length === 1],
    ['asks', true, () => held !== undefined],
  ])('holds up no end of the server while it %s', async (_, mute, isThere) => {
    isMute = mute;
    await start();
    await until(isThere, 'it does');
    const begun = performance.now();
    await own.part.stop();
    expect(performance.now() - begun).toBeLessThan(1_500);
    expect([asked, log.lines]).toEqual([1, []]);
  });
});
