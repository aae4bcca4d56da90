import { afterEach, expect, test } from 'vitest';
import { findHeader } from '../../src/http/headers.ts';
import { createReadBody } from '../support/http/bodies.ts';
import { openRaw } from '../support/http/client.ts';
import { cleanUp, openDoor } from '../support/http/door.ts';
import { until } from '../support/until.ts';

afterEach(cleanUp);

test.each([
  ['in any case', ['Host', 'a', 'CONTENT-Length', '5'], '5'],
  ['the first of two', ['content-length', '5', 'content-length', '6'], '5'],
  ['never a value', ['x', 'content-length', 'y', '5'], undefined],
  ['none', [], undefined],
])('a header is found by its name: %s', (_, rawHeaders, value) => {
  expect(findHeader({ rawHeaders }, 'content-length')).toBe(value);
});

test('a body is read by a length that stands behind more headers than Node hands over at once', async () => {
  const readBody = createReadBody();
  const door = await openDoor({
    direct: new Map([
      [
        '/mutate',
        (request, response) =>
          readBody(request, response, { limit: 1_000 }, (reading) =>
            response.end(reading.kind === 'body' ? reading.body.toString() : reading.kind),
          ),
      ],
    ]),
  });
  const { socket, received } = await openRaw(door);
  const many = Array.from({ length: 50 }, (_, index) => `x-${index}: y\r\n`).join('');
  socket.write(`POST /mutate HTTP/1.1\r\nhost: x\r\n${many}content-length: 7\r\n\r\nall of it`.slice(0, -2));
  await until(() => received().includes('\r\n\r\n'), 'there is an answer');
  expect(received()).toMatch(/\r\n\r\nall of $/);
});
