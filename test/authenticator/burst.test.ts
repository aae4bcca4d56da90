import { afterEach, expect, test } from 'vitest';
import { AUTHENTICATOR_FLAGS } from '../../src/commands/authenticator/flags.ts';
import { createMapper, mapTo, openAuthenticator, ROLE, toReview } from '../support/authenticator/bed.ts';
import { startStandIn } from '../support/authenticator/sts-stand-in.ts';
import { signToken } from '../support/authenticator/tokens.ts';
import { createReadBody } from '../support/http/bodies.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const RESULT = {
  Account: '111122223333',
  Arn: 'arn:aws:sts::111122223333:assumed-role/Deployer/jane',
  UserId: 'AROAEXAMPLE:jane',
};
const ANSWER = JSON.stringify({ GetCallerIdentityResponse: { GetCallerIdentityResult: RESULT } });
const MIB = 1024 * 1024;

test('logins that wait for STS are all answered, however long their bodies are', async () => {
  const logins = 200;
  let release = (): void => {};
  const arrived = new Promise<void>((resolve) => {
    release = resolve;
  });
  const sts = await startStandIn(async (_, response) => {
    await arrived;
    response.writeHead(200, { 'content-type': 'application/json' }).end(ANSWER);
  });
  let begun = 0;
  const readBody = createReadBody({ budget: AUTHENTICATOR_FLAGS['body-budget'].default * MIB });
  const bed = await openAuthenticator({
    sts,
    mapper: createMapper({ [ROLE]: mapTo('jane') }),
    deps: {
      readBody(request, response, limits, done) {
        readBody(request, response, limits, (reading) => {
          done(reading);
          begun += 1;
          if (begun === logins) release();
        });
      },
    },
  });
  cleanups.push(sts.stop, bed.stop);
  const body = toReview(signToken()).replace('}', `,"padding":"${'x'.repeat(62_000)}"}`);
  const answers = await Promise.all(
    Array.from({ length: logins }, () =>
      bed.send(body).then(
        ({ status }) => status,
        () => 'cut off',
      ),
    ),
  );
  expect(answers).toEqual(Array(logins).fill(200));
});
