import { type EchoFailure, explainCredentials, explainPut } from './failures.ts';
import type { EchoTarget } from './inputs.ts';

/** What s3-echoer needs of AWS. A command grants it. */
export interface EchoDeps {
  /**
   * Finds credentials by the SDK's default chain, and keeps them for what follows.
   * @throws the SDK's error where there are none
   */
  findCredentials(): Promise<unknown>;
  /** @throws an error with AWS's code */
  putObject(object: EchoObject): Promise<void>;
  /** The ARN of whoever has these credentials; rejects where STS does not say, or not soon. */
  readCaller(): Promise<string | undefined>;
  /** ms since epoch */
  readonly now: () => number;
}

export interface EchoObject {
  readonly bucket: string;
  readonly key: string;
  readonly body: Uint8Array;
  readonly contentType: string;
}

export type EchoOutcome =
  | {
      readonly kind: 'written';
      readonly bytes: number;
      /** `s3://bucket/key` */
      readonly url: string;
      readonly caller: string | undefined;
    }
  /** `what`: what could not be done. */
  | ({ readonly kind: 'failed'; readonly what: string } & EchoFailure);

/** Writes a message to `s3echoer-<unix seconds>` of a bucket. */
export async function echoToS3(
  message: Uint8Array,
  target: EchoTarget,
  deps: EchoDeps,
): Promise<EchoOutcome> {
  const { bucket, roleArn } = target;
  try {
    await deps.findCredentials();
  } catch (error) {
    const what = roleArn === undefined ? 'found no AWS credentials' : `cannot assume ${roleArn}`;
    return { kind: 'failed', what, ...explainCredentials(error) };
  }
  const key = `s3echoer-${Math.floor(deps.now() / 1_000)}`;
  const url = `s3://${bucket}/${key}`;
  // Who it was is only for the line that is printed: asked at the same time, and without it the object counts as well.
  const [put, caller] = await Promise.allSettled([
    deps.putObject({ bucket, key, body: message, contentType: 'text/plain; charset=utf-8' }),
    deps.readCaller(),
  ]);
  if (put.status === 'rejected')
    return { kind: 'failed', what: `cannot write ${url}`, ...explainPut(put.reason) };
  return {
    kind: 'written',
    bytes: message.length,
    url,
    caller: caller.status === 'fulfilled' ? caller.value : undefined,
  };
}

/** `wrote 31 bytes to s3://…/s3echoer-1764061234 as arn:aws:sts::…`, or what went wrong and what to look at next. */
export function renderOutcome(outcome: EchoOutcome): string {
  if (outcome.kind === 'written') {
    const { bytes, url, caller } = outcome;
    return `wrote ${bytes} byte${bytes === 1 ? '' : 's'} to ${url}${caller === undefined ? '' : ` as ${caller}`}`;
  }
  const { what, code, said, next } = outcome;
  // An error of no particular kind has said all that there is.
  const parts = [what, code === 'Error' ? '' : code, said].filter((part) => part !== '');
  return `${parts.join(': ')}; next: ${next}`;
}
