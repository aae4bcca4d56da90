import type { Readable } from 'node:stream';
import { putObject } from '../../../aws/s3-object.ts';
import { readBounded } from '../../../base/bounded-read.ts';
import { type EchoDeps, type EchoOutcome, echoToS3, renderOutcome } from '../../../demo/s3-echoer/echo.ts';
import { type EchoTarget, MAX_MESSAGE_BYTES, readEchoTarget } from '../../../demo/s3-echoer/inputs.ts';
import type { ExitCode, Surroundings } from '../../surroundings.ts';

export interface S3EchoerOptions {
  readonly bucket?: string;
  readonly message?: string;
}

/** `iam-bridge demo s3-echoer`: 0 written, 1 AWS said no, 2 not set up for it, 3 AWS could not be asked. */
export async function runS3Echoer(
  options: S3EchoerOptions,
  { env, terminal, input }: Pick<Surroundings, 'env' | 'terminal' | 'input'>,
): Promise<ExitCode> {
  const complain = (text: string): void => terminal.err(`s3-echoer: ${text}\n`);
  const reading = readEchoTarget(options.bucket, env);
  if (reading.kind === 'problem') {
    complain(reading.problem);
    return 2;
  }
  const message = await takeMessage(options.message, input);
  if (message === undefined) {
    complain(`the message is larger than ${MAX_MESSAGE_BYTES} bytes: send less of it`);
    return 2;
  }
  const outcome: EchoOutcome = await echoToS3(message, reading.target, createAwsDeps(reading.target));
  if (outcome.kind === 'written') {
    terminal.out(`${renderOutcome(outcome)}\n`);
    return 0;
  }
  complain(renderOutcome(outcome));
  return outcome.exitCode;
}

async function takeMessage(option: string | undefined, input: Readable): Promise<Buffer | undefined> {
  if (option === undefined) return await readBounded(input, MAX_MESSAGE_BYTES);
  const message = Buffer.from(option);
  return message.length > MAX_MESSAGE_BYTES ? undefined : message;
}

/** ms. Without them the SDK waits for as long as the other side does nothing, and a Job's pod with it. */
const TIMEOUTS = { connectionTimeout: 5_000, requestTimeout: 20_000 };
const CALLER_PATIENCE = 5_000;

/** One client for all: it has the chain, and the credentials that came out of it. */
function createAwsDeps(target: EchoTarget): EchoDeps {
  const client = import('@aws-sdk/client-sts').then(({ STSClient, GetCallerIdentityCommand }) => {
    const sts = new STSClient({ region: target.region, requestHandler: TIMEOUTS });
    return { sts, toQuestion: () => new GetCallerIdentityCommand({}) };
  });
  const credentials = async () => await (await client).sts.config.credentials();
  return {
    findCredentials: credentials,
    putObject: (object) => putObject({ ...target, ...object }, { credentials, fetch, now: Date.now }),
    async readCaller() {
      const { sts, toQuestion } = await client;
      return (await sts.send(toQuestion(), { abortSignal: AbortSignal.timeout(CALLER_PATIENCE) })).Arn;
    },
    now: Date.now,
  };
}
